# find_tool(VARIABLE name...) is find_program(), with Debian's own program before any other on PATH: another rustc,
# python3 or node that a user has put first there lacks what the packages bring. -D VARIABLE=… chooses another one.
function(find_tool variable)
  get_property(origin CACHE ${variable} PROPERTY HELPSTRING)
  if(origin STREQUAL "Path to a program.")
    unset(${variable} CACHE) # found by an earlier run, with another PATH or before the packages were installed
  endif()
  if(NOT CMAKE_HOST_WIN32)
    find_program(${variable} ${ARGN} PATHS /usr/bin NO_DEFAULT_PATH)
  endif()
  find_program(${variable} ${ARGN})
endfunction()
