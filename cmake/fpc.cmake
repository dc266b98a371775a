# Free Pascal for Windows from Debian's packages: the compiler ppcx64 (fp-compiler) makes 64-bit Windows programs by itself,
# linking included, but its units come for Linux only. Those that we need are built, in seconds, from the source
# (fpc-source) into fpc-rtl in the build folder; and so is, for 32-bit programs, a compiler that makes these.
#   FPC           the compiler of Debian; FPC_MISSING says why there is none
#   FPC_COMPILER  the one that compiles for this build's Windows
#   FPC_OPTIONS   what it needs for that
#   fpc-rtl       the stamp file that programs depend on
find_tool(FPC ppcx64)
if(FPC)
  execute_process(COMMAND ${FPC} -iV OUTPUT_VARIABLE fpc_version OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(fpc_source /usr/share/fpcsrc/${fpc_version})
endif()
set(FPC_MISSING "")
if(NOT FPC)
  set(FPC_MISSING "no Free Pascal: apt-get install fp-compiler fpc-source")
elseif(NOT EXISTS ${fpc_source}/rtl/win64/system.pp)
  set(FPC_MISSING "no source of Free Pascal ${fpc_version}: apt-get install fpc-source")
endif()

# The system's folder, the processor's, and of the units at the top of what programs use those with a name of the system's
# own. Two more are what the compiler adds to every program.
set(fpc_system win64)
set(fpc_processor x86_64)
set(fpc_sysinit sysinit)
set(FPC_COMPILER ${FPC})
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(fpc_system win32)
  set(fpc_processor i386)
  set(fpc_sysinit sysinitpas)
  set(FPC_COMPILER ${CMAKE_BINARY_DIR}/fpc-i386/ppcross386)
endif()
set(fpc_rtl_units win/messages win/sysutils ${fpc_system}/classes ${fpc_system}/${fpc_sysinit} inc/fpintres)

# -n: without /etc/fpc.cfg, which is for Linux.
set(fpc_rtl ${CMAKE_BINARY_DIR}/fpc-rtl)
set(FPC_OPTIONS -n -T${fpc_system} -O2 -Fu${fpc_rtl})

# The compiler's own source, by Debian's compiler with its units for Linux. Its messages are source that a program of it makes
# of the text that Debian's compiler has.
function(add_fpc_compiler_i386)
  set(source ${fpc_source}/compiler)
  get_filename_component(folder ${FPC_COMPILER} DIRECTORY)
  get_filename_component(compiler ${FPC} REALPATH)
  get_filename_component(compiler_folder ${compiler} DIRECTORY)
  set(folders i386 x86 systems .)
  list(TRANSFORM folders PREPEND -Fi${source}/ OUTPUT_VARIABLE includes)
  list(TRANSFORM folders PREPEND -Fu${source}/ OUTPUT_VARIABLE units)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${FPC_COMPILER}
    COMMAND ${FPC} -v0 -FU${folder} -o${folder}/msg2inc ${source}/utils/msg2inc.pp
    COMMAND ${folder}/msg2inc ${compiler_folder}/msg/errore.msg msg msg
    COMMAND ${FPC} -v0 -di386 -O2 -Fi${folder} ${includes} ${units} -FU${folder} -o${FPC_COMPILER} ${source}/pp.pas
    WORKING_DIRECTORY ${folder}
    DEPENDS ${FPC}
    COMMENT "Building Free Pascal's compiler for x86"
    VERBATIM)
endfunction()

function(add_fpc_rtl)
  if(NOT FPC_COMPILER STREQUAL FPC)
    add_fpc_compiler_i386()
  endif()
  set(source ${fpc_source}/rtl)
  set(folders ${fpc_system} win win/wininc ${fpc_processor} inc objpas objpas/sysutils objpas/classes)
  list(TRANSFORM folders PREPEND -Fi${source}/ OUTPUT_VARIABLE includes)
  list(TRANSFORM folders PREPEND -Fu${source}/ OUTPUT_VARIABLE units)
  set(quiet -vm4104,4105,5043,5044,5066,5093) # warnings about its own source
  set(compile ${FPC_COMPILER} ${FPC_OPTIONS} ${quiet} ${includes} ${units} -FU${fpc_rtl})
  list(TRANSFORM fpc_rtl_units REPLACE "(.+)" "COMMAND;${compile};${source}/\\1.pp" OUTPUT_VARIABLE commands)
  add_custom_command(
    OUTPUT ${fpc_rtl}/built
    COMMAND ${CMAKE_COMMAND} -E make_directory ${fpc_rtl}
    COMMAND ${compile} -Us -Sg ${source}/${fpc_system}/system.pp
    ${commands}
    COMMAND ${CMAKE_COMMAND} -E touch ${fpc_rtl}/built
    DEPENDS ${FPC_COMPILER}
    COMMENT "Building Free Pascal's units for Windows"
    VERBATIM)
endfunction()
