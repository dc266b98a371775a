# cmake -D DOTNET=… -D PACKAGES=… -D VERSION=… [-D FRAMEWORK=net48] -D WORK=… -P nuget_package.cmake
# Looks into the package, and publishes a stranger's program that adds it from a folder: for .NET 8, with the runtime of
# .NET 10, or for the framework that is named.
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
if(FRAMEWORK)
  file(READ ${stranger}/stranger.csproj project)
  string(REPLACE "net8.0" ${FRAMEWORK} project "${project}")
  file(WRITE ${stranger}/stranger.csproj "${project}")
  file(READ ${stranger}/Directory.Build.props props)
  string(REGEX REPLACE " *<RuntimeFrameworkVersion>[^\n]*\n" "" props "${props}")
  if(FRAMEWORK MATCHES "^net4") # Windows has it
    string(REPLACE "<SelfContained>true" "<LangVersion>12</LangVersion><SelfContained>false" props "${props}")
  endif()
  file(WRITE ${stranger}/Directory.Build.props "${props}")
endif()
execute_process(COMMAND ${DOTNET} add ${stranger}/stranger.csproj package ShmBroker --version ${VERSION}
  WORKING_DIRECTORY ${stranger} OUTPUT_VARIABLE said ERROR_VARIABLE said
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "dotnet add package: ${said}")
endif()
execute_process(COMMAND ${DOTNET} publish ${stranger}/stranger.csproj -c Release --no-restore -o ${WORK}/program -v:quiet
  COMMAND_ERROR_IS_FATAL ANY)
