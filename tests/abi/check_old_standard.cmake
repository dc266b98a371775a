# cmake -D CXX=… -D INCLUDE=… -D FOLDER=… -P check_old_standard.cmake
# Who includes the C++ wrapper with a standard that it does not know is told so, and nothing else.
cmake_minimum_required(VERSION 3.25)
file(WRITE ${FOLDER}/old_standard.cpp "#include <shmbroker/shmbroker.hpp>\nint main() {}\n")
execute_process(COMMAND ${CXX} -std=c++17 -fsyntax-only -I ${INCLUDE} ${FOLDER}/old_standard.cpp
  RESULT_VARIABLE result ERROR_VARIABLE errors)
string(REGEX MATCHALL "error:[^\n]*" found "${errors}")
list(LENGTH found count)
if(result EQUAL 0 OR NOT count EQUAL 1 OR NOT found MATCHES "shmbroker.hpp needs C\\+\\+20")
  message(FATAL_ERROR "expected one error, that shmbroker.hpp needs C++20, and got\n${errors}")
endif()
