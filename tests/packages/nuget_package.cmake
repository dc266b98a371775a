# cmake -D DOTNET=… -D PACKAGES=… -D VERSION=… -D WORK=… -P nuget_package.cmake
# Looks into the package, and publishes a stranger's program that adds it from a folder.
cmake_minimum_required(VERSION 3.25)
set(ENV{DOTNET_CLI_TELEMETRY_OPTOUT} 1)
set(ENV{DOTNET_NOLOGO} 1)
set(ENV{MSBUILDDISABLENODEREUSE} 1)
set(feed ${WORK}/feed)
set(stranger ${WORK}/stranger)
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${DOTNET} nuget locals global-packages --list OUTPUT_VARIABLE cache COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "^[^:]*: *([^\r\n]*).*" "\\1" cache "${cache}")
set(ENV{NuGetCache} ${cache})

file(COPY ${PACKAGES}/nuget/ DESTINATION ${feed})
set(package ${feed}/ShmBroker.${VERSION}.nupkg)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar tf ${package} OUTPUT_VARIABLE files COMMAND_ERROR_IS_FATAL ANY)
foreach(file lib/net8.0/ShmBroker.dll lib/net8.0/ShmBroker.xml lib/netstandard2.0/ShmBroker.dll
    lib/netstandard2.0/ShmBroker.xml runtimes/win-x64/native/shmclient.dll README.md LICENSE THIRD-PARTY-NOTICES.txt)
  if(NOT files MATCHES "(^|\n)${file}\n")
    message(FATAL_ERROR "${package} has no ${file}:\n${files}")
  endif()
endforeach()

file(COPY ${CMAKE_CURRENT_LIST_DIR}/nuget/ DESTINATION ${stranger})
execute_process(COMMAND ${DOTNET} add ${stranger}/stranger.csproj package ShmBroker --version ${VERSION}
  WORKING_DIRECTORY ${stranger} OUTPUT_VARIABLE said ERROR_VARIABLE said
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "dotnet add package: ${said}")
endif()
execute_process(COMMAND ${DOTNET} publish ${stranger}/stranger.csproj -c Release --no-restore -o ${WORK}/program -v:quiet
  COMMAND_ERROR_IS_FATAL ANY)
