# Brings spdlog, nlohmann_json, CLI11 and GoogleTest: vcpkg's packages on Windows, Debian's when we cross-compile.
if(CMAKE_HOST_WIN32)
  find_package(spdlog CONFIG REQUIRED)
  find_package(nlohmann_json CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(Boost CONFIG REQUIRED)
  find_package(GTest CONFIG REQUIRED)
  # vcpkg has it compiled for file names in the code page of the machine, which do not hold every name.
  add_library(dep_spdlog INTERFACE)
  target_compile_definitions(dep_spdlog INTERFACE SPDLOG_WCHAR_FILENAMES)
  target_link_libraries(dep_spdlog INTERFACE spdlog::spdlog_header_only)
  add_library(dep_boost ALIAS Boost::headers)
  add_library(dep_json ALIAS nlohmann_json::nlohmann_json)
  add_library(dep_cli ALIAS CLI11::CLI11)
  add_library(dep_gtest ALIAS GTest::gmock)
  return()
endif()

# The cross-compiler must see these five header folders and nothing else of the build machine's /usr/include.
set(headers ${CMAKE_BINARY_DIR}/deps/include)
file(MAKE_DIRECTORY ${headers})
foreach(package boost spdlog fmt nlohmann CLI)
  if(NOT EXISTS /usr/include/${package})
    message(FATAL_ERROR "/usr/include/${package} is missing: run tests/run.sh or samples/demo.sh, which install it")
  endif()
  file(CREATE_LINK /usr/include/${package} ${headers}/${package} SYMBOLIC)
endforeach()

function(header_dependency name)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${headers})
  target_compile_definitions(${name} INTERFACE ${ARGN})
endfunction()
header_dependency(dep_json)
header_dependency(dep_boost BOOST_ALL_NO_LIB)
header_dependency(dep_cli)

if(WIN32)
  add_library(dep_spdlog STATIC ${CMAKE_CURRENT_LIST_DIR}/spdlog.cpp)
  target_include_directories(dep_spdlog SYSTEM PUBLIC ${headers})
  target_compile_definitions(dep_spdlog PUBLIC SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY
    SPDLOG_WCHAR_FILENAMES)
  target_link_libraries(dep_spdlog PRIVATE shm_options)
endif()

set(INSTALL_GTEST OFF CACHE INTERNAL "")
set(CMAKE_DISABLE_FIND_PACKAGE_Python ON) # for its own tests
add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/deps/googletest EXCLUDE_FROM_ALL SYSTEM)
if(MINGW)
  foreach(library gtest gmock)
    target_compile_options(${library} PRIVATE -O1) # gtest-all.cc takes half the time so
  endforeach()
endif()
add_library(dep_gtest ALIAS gmock)
