# A port for vcpkg that takes what is installed, and builds nothing:
#
#     vcpkg install shmbroker --overlay-ports="C:\Program Files\ShmBroker\packages\vcpkg"
#
# The DLL has a C interface: programs built for debugging take the same one.
vcpkg_check_linkage(ONLY_DYNAMIC_LIBRARY)
cmake_path(SET installed NORMALIZE "${CURRENT_PORT_DIR}/../../..")

if(VCPKG_TARGET_ARCHITECTURE STREQUAL "x86")
  set(dll "${installed}/x86/shmclient.dll")
else()
  set(dll "${installed}/shmclient.dll")
endif()
set(library "${installed}/lib/${VCPKG_TARGET_ARCHITECTURE}/shmclient.lib")
foreach(file "${dll}" "${library}")
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "There is no ${file}: this port belongs into the folder packages/vcpkg of an installed ShmBroker, \
with the feature Development.")
  endif()
endforeach()

file(COPY "${installed}/include/shmbroker" DESTINATION "${CURRENT_PACKAGES_DIR}/include")
foreach(kind "" debug/)
  file(COPY "${dll}" DESTINATION "${CURRENT_PACKAGES_DIR}/${kind}bin")
  file(COPY "${library}" DESTINATION "${CURRENT_PACKAGES_DIR}/${kind}lib")
endforeach()
file(COPY "${installed}/lib/cmake/ShmBroker/" "${CURRENT_PORT_DIR}/usage"
  DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${installed}/docs/LICENSE" "${installed}/docs/THIRD-PARTY-NOTICES.txt")
