# cmake -D NM=… -D DLLTOOL=… -D DLL=… -D DEF=… -D LIBRARY=… -P import_library_x86.cmake
# Makes the import library for x86. A program asks for a function by its name with the size of its arguments (_ShmOpen@12), as the
# DLL's own symbols have it; the DLL exports, and its .def lists, the name alone. MinGW's linker would make a library with the name
# alone. LLVM's dlltool writes the short form of import that Microsoft's linker writes. What MinGW's writes has code in it, of
# which Microsoft's linker can't tell whether it has handlers of exceptions: it refuses that where /SAFESEH is asked for.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${DEF} functions REGEX "^  Shm")
list(TRANSFORM functions STRIP)
execute_process(COMMAND ${NM} ${DLL} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
set(exports "EXPORTS\n")
foreach(function ${functions})
  if(NOT symbols MATCHES " T _(${function}@[0-9]+)\n")
    message(FATAL_ERROR "${DLL} has no symbol for ${function}, which ${DEF} lists")
  endif()
  string(APPEND exports "  ${CMAKE_MATCH_1}\n")
endforeach()
file(WRITE ${LIBRARY}.def "${exports}")
cmake_path(GET DLL FILENAME name)
execute_process(COMMAND ${DLLTOOL} -m i386 -k -d ${LIBRARY}.def -D ${name} -l ${LIBRARY}
  COMMAND_ERROR_IS_FATAL ANY)
