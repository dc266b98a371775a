# One place says which version this is: SHM_VERSION in the public header. The exes, the DLL and the installer have it
# from here; the packages of the bindings have it from bindings/bindgen.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../client_dll/include/shmbroker/shmbroker.h line REGEX "define SHM_VERSION ")
string(REGEX MATCH "0x[0-9a-fA-F]+" packed "${line}")
math(EXPR major "${packed} >> 16")
math(EXPR minor "${packed} & 0xFFFF")
set(SHM_VERSION ${major}.${minor}.0)

# Gives a program or a DLL its version resource.
function(add_version target description)
  set(version_description ${description})
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_version.rc)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/version.rc.in ${file} @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()
