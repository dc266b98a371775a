# cmake -D GO=… -D PACKAGES=… -D DLL=… -D CACHE=… -D WORK=… -P go_package.cmake: a new module outside of the source gets the package
# as its page tells, from a folder that is laid out as a module proxy, builds for Windows, and has the package's documentation.
set(package github.com/shmbroker/shmbroker/bindings/go)
function(go)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GOOS=windows GOARCH=amd64 CGO_ENABLED=0 "GOFLAGS=-buildvcs=false -modcacherw" GOWORK=off
      GOPROXY=file://${WORK}/proxy GONOSUMDB=* GOCACHE=${CACHE} GOPATH=${WORK}/path ${GO} ${ARGN}
    WORKING_DIRECTORY ${WORK}/program
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "go ${ARGN}: ${failed}\n${output}")
  endif()
  set(output ${output} PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/go/main.go ${DLL} DESTINATION ${WORK}/program)
file(COPY ${PACKAGES}/go/ DESTINATION ${WORK}/proxy)
go(mod init stranger)
go(get ${package}@latest)
go(list -m -f {{.Dir}} ${package})
string(STRIP ${output} folder)
if(NOT EXISTS ${folder}/LICENSE)
  message(FATAL_ERROR "the module has no LICENSE: ${folder}")
endif()
go(vet ./...)
go(build -o stranger.exe .)
go(vet ${package})
go(test -c -o examples.exe ${package})
foreach(name "" .Open .Channel.Read .Channel.Loan .Error)
  go(doc ${package}${name})
  if(NOT output MATCHES "[a-z]+ [a-z]+ [a-z]+")
    message(FATAL_ERROR "go doc ${package}${name} tells nothing:\n${output}")
  endif()
endforeach()
