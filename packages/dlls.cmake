# cmake -D BUILDS=FOLDER,FOLDER -D CONFIG=… -D OUTPUT=… -P dlls.cmake: the DLLs of builds, as they are installed.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" BUILDS "${BUILDS}")
file(REMOVE_RECURSE ${OUTPUT})
foreach(build ${BUILDS})
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --config ${CONFIG} --component dll --strip --prefix ${OUTPUT}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
