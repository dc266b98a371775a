# cmake -D OBJCOPY=… -D OURS=… -D THEIRS=… -D FOLDER=… -P same_layout.cmake
# What the compilers for 64 and for 32 bits made of shared_layout.cpp must be the same numbers.
cmake_minimum_required(VERSION 3.25)
foreach(object OURS THEIRS)
  execute_process(COMMAND ${OBJCOPY} -O binary -j .rdata ${${object}} ${FOLDER}/${object}.numbers
    COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${FOLDER}/${object}.numbers ${object} HEX)
endforeach()
string(LENGTH "${OURS}" digits)
if(digits LESS 640)
  message(FATAL_ERROR "found ${digits} digits: this script does not understand its input")
endif()
if(NOT OURS STREQUAL THEIRS)
  message(FATAL_ERROR "the layout of shared memory differs:\n64 bits ${OURS}\n32 bits ${THEIRS}")
endif()
math(EXPR count "${digits} / 16")
message("${count} numbers are the same")
