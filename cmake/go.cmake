# The go command, and what it is told wherever it makes programs for Windows. One cache: Go's own library is compiled once.
find_tool(GO go)
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(go_windows GOOS=windows GOARCH=386)
else()
  set(go_windows GOOS=windows GOARCH=amd64)
endif()
set(go_cache ${CMAKE_BINARY_DIR}/samples/go/cache)
# One go command at a time: each uses all processors, and two would compile what both need twice.
set_property(GLOBAL PROPERTY JOB_POOLS go=1)
