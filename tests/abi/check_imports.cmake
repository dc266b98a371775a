# cmake -D OBJDUMP=… -D FILE=… -P check_imports.cmake
# A program must run on a Windows where nothing was installed: it may load Windows' own DLLs, and shmclient.dll.
cmake_minimum_required(VERSION 3.25)
set(allowed
  advapi32 bcrypt comctl32 comdlg32 gdi32 kernel32 msvcrt ole32 oleaut32 shell32 shmclient user32 uxtheme)

execute_process(COMMAND ${OBJDUMP} -p ${FILE} OUTPUT_VARIABLE dump COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "DLL Name: [^\n]+" imports "${dump}")
if(NOT imports)
  message(FATAL_ERROR "found no imports in ${FILE}: this script does not understand its input")
endif()
foreach(import IN LISTS imports)
  string(REGEX REPLACE "DLL Name: (.*)\\.dll *" "\\1" name "${import}")
  string(TOLOWER ${name} name)
  if(NOT name IN_LIST allowed AND NOT name MATCHES "^api-ms-win-")
    message(FATAL_ERROR "${FILE} needs ${name}.dll, which is not a part of every Windows")
  endif()
endforeach()
message("${imports}")
