# cmake -D LAZBUILD=… -D LAZARUS=… -D FPC=… -D OPTIONS=… -D PACKAGES=… -D DLL=… -D WORK=… -P lazarus_package.cmake
# lazbuild is told of the package, and builds a stranger's project that requires it. Debian has Lazarus' own units for Linux alone:
# the one that the package needs is compiled here, and the compiler told where.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
file(COPY ${PACKAGES}/pascal/ DESTINATION ${WORK}/ShmBroker)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/pascal/ ${DLL} DESTINATION ${WORK}/program)
file(MAKE_DIRECTORY ${WORK}/units ${WORK}/settings ${WORK}/program/lib/x86_64-win64)
file(WRITE ${WORK}/fpc "#!/bin/sh\nexec ${FPC} ${OPTIONS} -Fu${WORK}/units \"$@\"\n")
file(CHMOD ${WORK}/fpc PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
execute_process(COMMAND ${WORK}/fpc -Sd -FU${WORK}/units ${LAZARUS}/packager/registration/lazaruspackageintf.pas
  WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
set(lazbuild ${LAZBUILD} --pcp=${WORK}/settings --lazarusdir=${LAZARUS} --compiler=${WORK}/fpc --os=win64 --cpu=x86_64)
execute_process(COMMAND ${lazbuild} --add-package-link ${WORK}/ShmBroker/ShmBrokerPackage.lpk COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${lazbuild} ${WORK}/program/stranger.lpi COMMAND_ERROR_IS_FATAL ANY)
