# cmake -D FPC=… -D OPTIONS=… -D PACKAGES=… -D DLL=… -D WORK=… -P pascal_package.cmake: a stranger's program with the units of the
# package, from a folder of its own, among them the component for forms.
cmake_minimum_required(VERSION 3.25)
separate_arguments(OPTIONS)
file(REMOVE_RECURSE ${WORK})
file(COPY ${PACKAGES}/pascal/ DESTINATION ${WORK}/ShmBroker)
foreach(file LICENSE README.md ShmBrokerPackage.lpk ShmBrokerPackage.dpk)
  if(NOT EXISTS ${WORK}/ShmBroker/${file})
    message(FATAL_ERROR "the package has no ${file}")
  endif()
endforeach()
file(COPY ${CMAKE_CURRENT_LIST_DIR}/pascal/stranger.dpr ${DLL} DESTINATION ${WORK}/program)
file(MAKE_DIRECTORY ${WORK}/units)
execute_process(COMMAND ${FPC} ${OPTIONS} -Fu${WORK}/ShmBroker -vew -Sew -FU${WORK}/units stranger.dpr
  WORKING_DIRECTORY ${WORK}/program COMMAND_ERROR_IS_FATAL ANY)
