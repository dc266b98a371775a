# cmake -D VERSION=… -D MSI=… -D URL=… -D OUTPUT=… -P manifests.cmake
# Writes what winget and Chocolatey ask for about an installer: where it is to be had, and its checksum.
cmake_minimum_required(VERSION 3.25)
file(SHA256 ${MSI} SHA256)
string(TOUPPER ${SHA256} SHA256)
file(READ ${CMAKE_CURRENT_LIST_DIR}/shmbroker.wxs source)
string(REGEX MATCH "UpgradeCode=\"([^\"]+)\"" found "${source}")
string(TOUPPER "{${CMAKE_MATCH_1}}" UPGRADE_CODE)
file(GLOB_RECURSE files RELATIVE ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/winget/* ${CMAKE_CURRENT_LIST_DIR}/chocolatey/*)
foreach(file ${files})
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${file} ${OUTPUT}/${file} @ONLY)
endforeach()
