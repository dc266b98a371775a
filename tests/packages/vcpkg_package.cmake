# cmake -D PREFIX=… -D WORK=… -D GENERATOR=… -D CC=… -D CXX=… -P vcpkg_package.cmake
# Runs the port in what is installed, with stand-ins for vcpkg's own functions, and builds a stranger's program with what it
# has put where vcpkg wants it.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
set(PORT shmbroker)
set(CURRENT_PORT_DIR ${PREFIX}/packages/vcpkg/shmbroker)
set(CURRENT_PACKAGES_DIR ${WORK}/shmbroker_x64)
set(VCPKG_TARGET_ARCHITECTURE x64)
function(vcpkg_check_linkage)
  if(NOT ARGV STREQUAL "ONLY_DYNAMIC_LIBRARY")
    message(FATAL_ERROR "vcpkg_check_linkage(${ARGV})")
  endif()
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 copyright "" "" "FILE_LIST")
  foreach(file ${copyright_FILE_LIST})
    file(READ ${file} text)
    file(APPEND ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright "${text}")
  endforeach()
endfunction()
include(${CURRENT_PORT_DIR}/portfile.cmake)
foreach(file bin/shmclient.dll debug/bin/shmclient.dll lib/shmclient.lib debug/lib/shmclient.lib share/shmbroker/copyright
    share/shmbroker/usage share/shmbroker/ShmBrokerConfigVersion.cmake)
  if(NOT EXISTS ${CURRENT_PACKAGES_DIR}/${file})
    message(FATAL_ERROR "the port puts no ${file} there")
  endif()
endforeach()

set(system "")
if(NOT CMAKE_HOST_WIN32)
  set(system -DCMAKE_SYSTEM_NAME=Windows)
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/cmake -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_PREFIX_PATH=${CURRENT_PACKAGES_DIR} -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX}
  ${system} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build --config Release --target from_c COMMAND_ERROR_IS_FATAL ANY)
