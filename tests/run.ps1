<#
.SYNOPSIS
The tests, on a Windows machine: installs what the build needs, builds, runs every test, what Wine can't show among
them, measures, and writes a report that can be sent.
.DESCRIPTION
For an elevated Windows PowerShell 5.1 or PowerShell 7, as most tests install a service. Not run on Windows yet.
The report is report.md for people and report.json for programs, in build\report. It names the machine's Windows,
processor and memory, and neither the computer nor the user.
Ends with 0 if all went well, with 1 if a step or a test failed, and with 2 if it can't begin.
.PARAMETER Preset
How to build: msvc-x64, clang-cl-x64, msvc-arm64. By itself it is msvc for this machine's processor.
.PARAMETER All
Also runs the tests that take minutes.
.PARAMETER Tests
Only tests of a name that matches this expression, as ctest -R.
.PARAMETER NoX86
Leaves out the 32-bit DLL and programs, which otherwise go with msvc-x64.
.PARAMETER NoBenchmark
Measures nothing.
.PARAMETER NoInstall
Ends where something is missing, instead of installing it.
.PARAMETER Report
The folder of the report.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File tests\run.ps1
#>
[CmdletBinding()]
param([string]$Preset, [switch]$All, [string]$Tests, [switch]$NoX86, [switch]$NoBenchmark, [switch]$NoInstall,
    [string]$Report)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path (Split-Path $PSScriptRoot) 'cmake\windows.psm1') -Force
Import-Module (Join-Path $PSScriptRoot 'windows\test_run.psm1') -Force

if (-not $Preset) { $Preset = "msvc-$(Get-MachineArchitecture)" }
if (-not $Report) { $Report = Join-Path (Get-SourceFolder) 'build\report' }
exit (Invoke-TestRun -Preset $Preset -Report $Report -All:$All -Tests $Tests -NoX86:$NoX86 -NoBenchmark:$NoBenchmark `
    -NoInstall:$NoInstall)
