# cmake -D PACKAGES=… -D WORK=… -P powershell_package.cmake: the module, copied to a folder of modules, beside a stranger's scripts.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
file(COPY ${PACKAGES}/powershell/ShmBroker DESTINATION ${WORK}/Modules)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/powershell/ DESTINATION ${WORK})
