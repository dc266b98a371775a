# cmake -D OBJDUMP=… -D DLL=… -D DEF=… -D HEADERS=…;… -P check_exports.cmake
# What the DLL exports, what its .def lists and what the headers declare must be the same functions, undecorated.
cmake_minimum_required(VERSION 3.25)
foreach(header ${HEADERS})
  file(READ ${header} text)
  string(REGEX MATCHALL "SHM_CALL Shm[A-Za-z0-9]+\\(" found "${text}")
  list(APPEND declared ${found})
endforeach()
list(TRANSFORM declared REPLACE "SHM_CALL (.*)\\(" "\\1")

file(STRINGS ${DEF} listed REGEX "^  Shm")
list(TRANSFORM listed STRIP)

execute_process(COMMAND ${OBJDUMP} -p ${DLL} OUTPUT_VARIABLE dump COMMAND_ERROR_IS_FATAL ANY)
string(FIND "${dump}" "[Ordinal/Name Pointer] Table" start)
string(SUBSTRING "${dump}" ${start} -1 dump)
# A line is "[   0] ShmCancel", with newer binutils "[   0] +base[   1]  0000 ShmCancel". An empty line ends the table.
# Brackets go first: CMake would take them for parts of a list.
string(REPLACE "[" "" dump "${dump}")
string(REPLACE "]" "" dump "${dump}")
string(REGEX REPLACE "\n\n.*" "" table "${dump}")
string(REGEX MATCHALL "\n[^\n]+" exported "${table}")
list(TRANSFORM exported REPLACE "^.*[ \t]([^ \t]+)$" "\\1")

foreach(list declared listed exported)
  list(SORT ${list})
  if(NOT ${list})
    message(FATAL_ERROR "found no function that is ${list}: this script does not understand its input")
  endif()
endforeach()
if(NOT declared STREQUAL listed)
  message(FATAL_ERROR "the header declares\n  ${declared}\nthe .def lists\n  ${listed}")
endif()
if(NOT declared STREQUAL exported)
  message(FATAL_ERROR "the header declares\n  ${declared}\nthe DLL exports\n  ${exported}")
endif()
list(LENGTH exported count)
message("${count} functions")
