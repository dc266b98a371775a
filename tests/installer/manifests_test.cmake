# cmake -D MSI=… -D VERSION=… -D FOLDER=… -D SCRIPT=… [-D DOTNET=…] -P manifests_test.cmake
# The manifests name this installer: its version, its checksum and the address that was given; and nothing is left to fill in.
# Chocolatey's package is one of NuGet, which packs it here.
cmake_minimum_required(VERSION 3.25)
set(url https://downloads.example/ShmBroker.msi)
file(REMOVE_RECURSE ${FOLDER})
execute_process(COMMAND ${CMAKE_COMMAND} -D VERSION=${VERSION} -D MSI=${MSI} -D URL=${url} -D OUTPUT=${FOLDER} -P ${SCRIPT}
  COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 ${MSI} sha256)
string(TOUPPER ${sha256} sha256)

# expect(file text...)
function(expect file)
  file(READ ${FOLDER}/${file} content)
  foreach(text ${ARGN})
    string(FIND "${content}" "${text}" at)
    if(at EQUAL -1)
      message(SEND_ERROR "${file} lacks \"${text}\":\n${content}")
    endif()
  endforeach()
  if(content MATCHES "@[A-Z0-9_]+@")
    message(SEND_ERROR "${file} has ${CMAKE_MATCH_0} left to fill in")
  endif()
endfunction()
set(winget winget/ShmBroker.ShmBroker)
expect(${winget}.yaml "PackageVersion: ${VERSION}")
expect(${winget}.installer.yaml "PackageVersion: ${VERSION}" "InstallerSha256: ${sha256}" "InstallerUrl: ${url}"
  "UpgradeCode: \"{5A1B3F0E-6F1D-4C57-9C7A-2F4BB0F1C9D1}\"")
expect(${winget}.locale.en-US.yaml "PackageVersion: ${VERSION}")
expect(chocolatey/shmbroker.nuspec "<version>${VERSION}</version>")
expect(chocolatey/tools/chocolateyinstall.ps1 "'${sha256}'" "'${url}'")

if(DOTNET)
  file(WRITE ${FOLDER}/chocolatey/pack.csproj "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework><NuspecFile>shmbroker.nuspec</NuspecFile>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences><NuGetAudit>false</NuGetAudit>
    <NoWarn>NU5111</NoWarn><TreatWarningsAsErrors>true</TreatWarningsAsErrors><NoBuild>true</NoBuild>
    </PropertyGroup></Project>") # NU5111: NuGet knows no chocolateyinstall.ps1
  execute_process(COMMAND ${CMAKE_COMMAND} -E env DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
    ${DOTNET} pack ${FOLDER}/chocolatey/pack.csproj -v:quiet -o ${FOLDER} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar tf ${FOLDER}/shmbroker.${VERSION}.nupkg OUTPUT_VARIABLE files
    COMMAND_ERROR_IS_FATAL ANY)
  if(NOT files MATCHES "tools/chocolateyinstall.ps1")
    message(SEND_ERROR "Chocolatey's package has no script:\n${files}")
  endif()
endif()
