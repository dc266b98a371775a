# In the installed tree the public headers lie in include/: the pages' links follow them.
file(GLOB_RECURSE pages "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/docs/*.md" "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/bindings/*.md"
  "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/samples/*.md")
foreach(page ${pages})
  file(READ ${page} text)
  string(REGEX REPLACE "(\\]\\([./]*)client_dll/include/" "\\1include/" changed "${text}")
  if(NOT changed STREQUAL text)
    file(WRITE ${page} "${changed}")
  endif()
endforeach()
