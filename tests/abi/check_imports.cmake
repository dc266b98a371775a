# cmake -D OBJDUMP=… -D FILE=… [-D KNOWN=ON] -P check_imports.cmake
# A program must run on a Windows where nothing was installed: it may load Windows' own DLLs, and shmclient.dll. With KNOWN, only
# those that Windows takes from its own folder wherever the program lies ("known DLLs", and the names of API sets): any other could
# be put beside the program by whoever may write there.
cmake_minimum_required(VERSION 3.25)
set(allowed advapi32 comdlg32 gdi32 kernel32 msvcrt ole32 oleaut32 shell32 user32)
if(NOT KNOWN)
  list(APPEND allowed comctl32 dwmapi shmclient uxtheme)
endif()

execute_process(COMMAND ${OBJDUMP} -p ${FILE} OUTPUT_VARIABLE dump COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "DLL Name: [^\n]+" imports "${dump}")
if(NOT imports)
  message(FATAL_ERROR "found no imports in ${FILE}: this script does not understand its input")
endif()
foreach(import IN LISTS imports)
  string(REGEX REPLACE "DLL Name: (.*)\\.dll *" "\\1" name "${import}")
  string(TOLOWER ${name} name)
  if(NOT name IN_LIST allowed AND NOT name MATCHES "^api-ms-win-")
    message(FATAL_ERROR "${FILE} needs ${name}.dll, which it may not: see the head of this script")
  endif()
endforeach()
message("${imports}")
