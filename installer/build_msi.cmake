# cmake -D BINARY_DIR=… -D VERSION=… -D OUTPUT=… [-D X86_BINARY_DIR=…] [-D PRODUCT_VERSION=…] -P build_msi.cmake
# Makes the installer from a build: stages it, lists what is there, and has wixl or WiX 3 pack it. VERSION is what the
# files say of themselves; PRODUCT_VERSION is for a test that needs an installer which says that it is older.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/tools.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/harvest.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/finish_wixl.cmake)

if(NOT PRODUCT_VERSION)
  set(PRODUCT_VERSION ${VERSION})
endif()
set(work ${BINARY_DIR}/installer)
set(stage ${work}/stage)
set(source ${CMAKE_CURRENT_LIST_DIR}/shmbroker.wxs)
set(harvested ${work}/harvested.wxs)

# Without debug information: it stays with whoever built this.
function(stage_build from)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${from} --config Release --strip --prefix ${stage} ${ARGN}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${stage})
stage_build(${BINARY_DIR})
if(EXISTS ${X86_BINARY_DIR}/bin/shmclient.dll)
  stage_build(${X86_BINARY_DIR} --component dll)
endif()
harvest(${stage} ${harvested} docs include lib packages x86 bindings bridge samples)

find_tool(wixl wixl)
if(wixl)
  # It warns of each attribute that it does not know; finish_wixl() knows them.
  execute_process(COMMAND ${wixl} --arch x64 --define Wixl=yes --define Version=${PRODUCT_VERSION}
    --output ${OUTPUT} ${source} ${harvested}
    WORKING_DIRECTORY ${stage} ERROR_VARIABLE warnings RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "wixl ${source}: ${warnings}")
  endif()
  finish_wixl(${OUTPUT} ${VERSION} shmbroker.exe set_up_service.exe shmclient.dll)
else()
  find_program(candle candle HINTS "$ENV{WIX}/bin" REQUIRED)
  find_program(light light HINTS "$ENV{WIX}/bin" REQUIRED)
  execute_process(COMMAND ${candle} -nologo -arch x64 -dWixl=no -dVersion=${PRODUCT_VERSION} -out ${work}/
    ${source} ${harvested} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${light} -nologo -out ${OUTPUT} -b ${stage} ${work}/shmbroker.wixobj ${work}/harvested.wixobj
    COMMAND_ERROR_IS_FATAL ANY)
endif()
