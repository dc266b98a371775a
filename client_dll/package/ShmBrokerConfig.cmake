# find_package(ShmBroker 0.2 CONFIG): ShmBroker::client is the C interface of shmclient.dll, ShmBroker::cpp the C++20 wrapper
# over it. One folder serves compilers for x64 and for x86, Visual C++ and MinGW-w64, wherever it lies. vcpkg has one for each.
if(CMAKE_CURRENT_LIST_DIR MATCHES "/share/[^/]+$")
  get_filename_component(ShmBroker_ROOT_DIR "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
else()
  get_filename_component(ShmBroker_ROOT_DIR "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
endif()

if(NOT WIN32)
  set(ShmBroker_FOUND FALSE)
  set(ShmBroker_NOT_FOUND_MESSAGE "ShmBroker shares memory between Windows programs; this is another system")
  return()
endif()
if("${CMAKE_C_COMPILER_ARCHITECTURE_ID}${CMAKE_CXX_COMPILER_ARCHITECTURE_ID}" MATCHES "ARM")
  set(ShmBroker_FOUND FALSE)
  set(ShmBroker_NOT_FOUND_MESSAGE "ShmBroker has a shmclient.dll for x64 and for x86, and none for ARM")
  return()
endif()
if(CMAKE_CURRENT_LIST_DIR MATCHES "/share/[^/]+$")
  set(ShmBroker_DLL "${ShmBroker_ROOT_DIR}/bin/shmclient.dll")
  set(ShmBroker_LIBRARY "${ShmBroker_ROOT_DIR}/lib/shmclient.lib")
elseif(CMAKE_SIZEOF_VOID_P EQUAL 4)
  set(ShmBroker_DLL "${ShmBroker_ROOT_DIR}/x86/shmclient.dll")
  set(ShmBroker_LIBRARY "${ShmBroker_ROOT_DIR}/lib/x86/shmclient.lib")
else()
  set(ShmBroker_DLL "${ShmBroker_ROOT_DIR}/shmclient.dll")
  set(ShmBroker_LIBRARY "${ShmBroker_ROOT_DIR}/lib/x64/shmclient.lib")
endif()
if(NOT EXISTS "${ShmBroker_LIBRARY}" OR NOT EXISTS "${ShmBroker_DLL}")
  set(ShmBroker_FOUND FALSE)
  set(ShmBroker_NOT_FOUND_MESSAGE
    "there is no ${ShmBroker_LIBRARY}, or no ${ShmBroker_DLL}; install ShmBroker with its feature Development")
  return()
endif()

if(NOT TARGET ShmBroker::client)
  add_library(ShmBroker::client SHARED IMPORTED)
  set_target_properties(ShmBroker::client PROPERTIES
    IMPORTED_LOCATION "${ShmBroker_DLL}"
    IMPORTED_IMPLIB "${ShmBroker_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ShmBroker_ROOT_DIR}/include")
  add_library(ShmBroker::cpp INTERFACE IMPORTED)
  set_target_properties(ShmBroker::cpp PROPERTIES
    INTERFACE_LINK_LIBRARIES ShmBroker::client
    INTERFACE_COMPILE_FEATURES cxx_std_20)
endif()
