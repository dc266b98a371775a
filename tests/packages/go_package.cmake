# cmake -D GO=… -D SOURCE=… -D DLL=… -D CACHE=… -D WORK=… -P go_package.cmake: a new module outside of the source that takes the
# package as its page tells, builds for Windows, and has the package's documentation.
function(go)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GOOS=windows GOARCH=amd64 CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOPROXY=off
      GOWORK=off GOCACHE=${CACHE} GOPATH=${WORK}/path ${GO} ${ARGN}
    WORKING_DIRECTORY ${WORK}/program
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "go ${ARGN}: ${failed}\n${output}")
  endif()
  set(output ${output} PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK}/program ${WORK}/copy)
file(COPY ${SOURCE}/bindings/go/ DESTINATION ${WORK}/copy)
file(COPY ${SOURCE}/tests/packages/go/main.go ${DLL} DESTINATION ${WORK}/program)
go(mod init stranger)
go(mod edit -require shmbroker@v0.0.0 -replace shmbroker=${WORK}/copy)
go(vet ./...)
go(build -o stranger.exe .)
go(vet shmbroker)
foreach(name "" .Open .Channel.Read .Channel.Loan .Error)
  go(doc shmbroker${name})
  if(NOT output MATCHES "[a-z]+ [a-z]+ [a-z]+")
    message(FATAL_ERROR "go doc shmbroker${name} tells nothing:\n${output}")
  endif()
endforeach()
