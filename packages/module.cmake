# cmake -D SOURCE=… -D VERSION=… -D WORK=… -D OUTPUT=… -P module.cmake
# Lays out the Go module as a module proxy does: GOPROXY=file:///OUTPUT has go get take it from there. It is the same as what a
# tag bindings/go/v1.2.3 gives: go takes the repository's LICENSE into a module that has none.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${SOURCE}/bindings/go/go.mod module REGEX "^module ")
string(REPLACE "module " "" module "${module}")
set(name ${module}@v${VERSION})
set(versions ${OUTPUT}/${module}/@v)
file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/bindings/go/ ${SOURCE}/LICENSE DESTINATION ${WORK}/${name})
file(GLOB_RECURSE files RELATIVE ${WORK} ${WORK}/${name}/*)
file(MAKE_DIRECTORY ${versions})
execute_process(COMMAND ${CMAKE_COMMAND} -E tar cf ${versions}/v${VERSION}.zip --format=zip -- ${files}
  WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
file(COPY_FILE ${SOURCE}/bindings/go/go.mod ${versions}/v${VERSION}.mod)
file(WRITE ${versions}/v${VERSION}.info "{\"Version\":\"v${VERSION}\"}\n")
file(WRITE ${versions}/list "v${VERSION}\n")
