# Free Pascal for 64-bit Windows from Debian's packages: the compiler ppcx64 (fp-compiler) makes Windows programs by
# itself, linking included, but its units come for Linux only. Those that we need are built, in seconds, from the
# source (fpc-source) into fpc-rtl in the build folder.
#   FPC           the compiler; FPC_MISSING says why there is none
#   FPC_OPTIONS   what it needs to compile for Windows
#   fpc-rtl       the stamp file that programs depend on
find_tool(FPC ppcx64)
if(FPC)
  execute_process(COMMAND ${FPC} -iV OUTPUT_VARIABLE fpc_version OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(fpc_source /usr/share/fpcsrc/${fpc_version}/rtl)
endif()
set(FPC_MISSING "")
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(FPC_MISSING "Debian's Free Pascal makes no 32-bit programs for Windows")
elseif(NOT FPC)
  set(FPC_MISSING "no Free Pascal: apt-get install fp-compiler fpc-source")
elseif(NOT EXISTS ${fpc_source}/win64/system.pp)
  set(FPC_MISSING "no source of Free Pascal ${fpc_version}: apt-get install fpc-source")
endif()

# -n: without /etc/fpc.cfg, which is for Linux.
set(fpc_rtl ${CMAKE_BINARY_DIR}/fpc-rtl)
set(FPC_OPTIONS -n -Twin64 -O2 -Fu${fpc_rtl})

# Three at the top of what programs use, and two that the compiler adds to every program.
set(fpc_rtl_units win/messages win/sysutils win64/classes win64/sysinit inc/fpintres)

function(add_fpc_rtl)
  set(folders win64 win win/wininc x86_64 inc objpas objpas/sysutils objpas/classes)
  list(TRANSFORM folders PREPEND -Fi${fpc_source}/ OUTPUT_VARIABLE includes)
  list(TRANSFORM folders PREPEND -Fu${fpc_source}/ OUTPUT_VARIABLE units)
  set(quiet -vm4104,4105,5043,5044,5066,5093) # warnings about its own source
  set(compile ${FPC} ${FPC_OPTIONS} ${quiet} ${includes} ${units} -FU${fpc_rtl})
  list(TRANSFORM fpc_rtl_units REPLACE "(.+)" "COMMAND;${compile};${fpc_source}/\\1.pp" OUTPUT_VARIABLE commands)
  add_custom_command(
    OUTPUT ${fpc_rtl}/built
    COMMAND ${CMAKE_COMMAND} -E make_directory ${fpc_rtl}
    COMMAND ${compile} -Us -Sg ${fpc_source}/win64/system.pp
    ${commands}
    COMMAND ${CMAKE_COMMAND} -E touch ${fpc_rtl}/built
    DEPENDS ${FPC}
    COMMENT "Building Free Pascal's units for Windows"
    VERBATIM)
endfunction()
