# cmake -D PREFIX=… -D WORK=… -D GENERATOR=… -D CC=… -D CXX=… [-D X86_BUILD=… -D CC_X86=… -D CXX_X86=…] -P cmake_package.cmake
# What is installed, taken elsewhere, is found by a stranger's CMake project and by pkg-config, and both build with it: for x64,
# and for x86 where the DLL for that has been built.
cmake_minimum_required(VERSION 3.25)
set(prefix "${WORK}/Program Files/ShmBroker")
set(source ${WORK}/source)
set(build ${WORK}/build)
file(REMOVE_RECURSE ${WORK})
file(COPY ${PREFIX}/include ${PREFIX}/lib ${PREFIX}/shmclient.dll DESTINATION ${prefix})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/cmake/ DESTINATION ${source})

set(common ${CMAKE_COMMAND} -S ${source} -G ${GENERATOR} "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_BUILD_TYPE=Release)
if(NOT CMAKE_HOST_WIN32)
  list(APPEND common -DCMAKE_SYSTEM_NAME=Windows)
endif()
set(configure ${common} -B ${build} -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX})

execute_process(COMMAND ${configure} -DWANTED=9.0 RESULT_VARIABLE refused OUTPUT_QUIET ERROR_VARIABLE said)
if(NOT refused OR NOT said MATCHES "ShmBrokerConfig.cmake, version: [0-9.]+")
  message(FATAL_ERROR "version 9.0 is to be refused, with the one that there is: ${said}")
endif()
file(REMOVE_RECURSE ${build})
execute_process(COMMAND ${configure} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --config Release COMMAND_ERROR_IS_FATAL ANY)

if(EXISTS "${X86_BUILD}/bin/shmclient.dll" AND CC_X86)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${X86_BUILD} --component dll --prefix ${prefix}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${common} -B ${build}-x86 -DCMAKE_C_COMPILER=${CC_X86} -DCMAKE_CXX_COMPILER=${CXX_X86}
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${build}-x86 --config Release COMMAND_ERROR_IS_FATAL ANY)
endif()

find_program(PKG_CONFIG pkg-config)
if(NOT PKG_CONFIG OR CMAKE_HOST_WIN32)
  return()
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E env "PKG_CONFIG_LIBDIR=${prefix}/lib/x64/pkgconfig"
  ${PKG_CONFIG} --cflags --libs "shmbroker >= 0.2" OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
execute_process(COMMAND ${CC} ${source}/from_c.c ${flags} -o ${build}/by_pkg_config.exe COMMAND_ERROR_IS_FATAL ANY)
