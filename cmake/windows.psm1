# For the scripts that run on a Windows machine: finds or installs what a build needs, builds, and says what goes on.
# The counterpart of debian.sh; for Windows PowerShell 5.1 and PowerShell 7.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$clock = [Diagnostics.Stopwatch]::StartNew()

function Get-SourceFolder { $root }

function Write-Step([string]$Text) {
    Write-Host ("`n[{0,3}:{1:00}] {2}" -f [Math]::Floor($clock.Elapsed.TotalMinutes), $clock.Elapsed.Seconds, $Text)
}

# A program that fails ends the script, as a cmdlet that fails does.
function Invoke-Program([string]$Program, [string[]]$Arguments = @()) {
    # What a program says on its standard error is no error of ours: 5.1 would end the script at its first line.
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    try { & $Program @Arguments } finally { $ErrorActionPreference = $before }
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Arguments -join ' ') ended with exit code $LASTEXITCODE" }
}

function Test-Administrator {
    $user = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    $user.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

# What each preset builds for, and what it needs of Visual Studio.
$tools = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'
$presets = @{
    'msvc-x64' = @{ Architecture = 'x64'; Components = @($tools) }
    'clang-cl-x64' = @{ Architecture = 'x64'; Components = @($tools, 'Microsoft.VisualStudio.Component.VC.Llvm.Clang') }
    'msvc-x86' = @{ Architecture = 'x86'; Components = @($tools) }
    'msvc-arm64' = @{ Architecture = 'arm64'; Components = @('Microsoft.VisualStudio.Component.VC.Tools.ARM64') }
}

function Get-PresetNeed([string]$Preset) {
    if (-not $presets.ContainsKey($Preset)) {
        throw "There is no preset '$Preset': $(($presets.Keys | Sort-Object) -join ', ')"
    }
    $presets[$Preset]
}

# Whose programs run on this machine: x64, x86 or arm64, whatever this PowerShell itself is.
function Get-MachineArchitecture {
    $name = $env:PROCESSOR_ARCHITEW6432
    if (-not $name) { $name = $env:PROCESSOR_ARCHITECTURE }
    if ($name -eq 'AMD64') { return 'x64' }
    return $name.ToLowerInvariant()
}

# The folder of a Visual Studio or its build tools that has these components; nothing if there is none.
function Find-VisualStudio([string[]]$Components) {
    $vswhere = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio\Installer\vswhere.exe'
    if (-not (Test-Path $vswhere)) { return }
    $arguments = @('-latest', '-products', '*', '-version', '[17.5,', '-property', 'installationPath', '-requires')
    Invoke-Program $vswhere ($arguments + $Components) | Select-Object -First 1
}

function Install-ByWinget([string]$Id, [string]$Override = '') {
    if (-not (Get-Command winget -ErrorAction Ignore)) {
        throw "$Id is missing, and so is winget to install it: install it by hand"
    }
    Write-Step "Installing $Id"
    $arguments = @('install', '--exact', '--id', $Id, '--source', 'winget', '--silent',
        '--accept-package-agreements', '--accept-source-agreements')
    if ($Override) { $arguments += '--override', $Override }
    Invoke-Program winget $arguments | Out-Host
    # What was installed is on the PATH of the registry, and not yet on ours.
    $new = 'Machine', 'User' | ForEach-Object { [Environment]::GetEnvironmentVariable('PATH', $_) }
    $env:PATH = (@($env:PATH) + $new) -join ';'
}

function Get-VisualStudio([string[]]$Components, [switch]$NoInstall) {
    $found = Find-VisualStudio $Components
    if ($found) { return $found }
    if ($NoInstall) { throw "No Visual Studio 2022 (17.5 or later) has $($Components -join ' and ')" }
    $add = ($Components | ForEach-Object { "--add $_" }) -join ' '
    Install-ByWinget 'Microsoft.VisualStudio.2022.BuildTools' `
        "--wait --quiet --norestart --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended $add"
    $found = Find-VisualStudio $Components
    if (-not $found) { throw "Visual Studio's build tools were installed, and lack $($Components -join ' or ')" }
    return $found
}

# The lines of 'set', as a table. A value may hold '=', and a name that begins with '=' is cmd's own.
function ConvertFrom-EnvironmentText([string[]]$Lines) {
    $environment = @{}
    foreach ($line in $Lines) {
        if ($line -match '^([^=]+)=(.*)$') { $environment[$Matches[1]] = $Matches[2] }
    }
    return $environment
}

# What a 'Native Tools Command Prompt' of this Visual Studio would have set.
function Get-BuildEnvironment([string]$VisualStudio, [string]$Architecture) {
    $batch = Join-Path $VisualStudio 'Common7\Tools\VsDevCmd.bat'
    if (-not (Test-Path $batch)) { throw "There is no $batch" }
    $machine = Get-MachineArchitecture
    $lines = Invoke-Program $env:ComSpec @('/d', '/c', 'call', $batch, '-no_logo', "-arch=$Architecture",
        "-host_arch=$machine", '>nul', '&&', 'set')
    ConvertFrom-EnvironmentText $lines
}

# Runs a block with another environment, and puts back what was there.
function Invoke-WithEnvironment([hashtable]$Environment, [scriptblock]$Block) {
    $before = @{}
    foreach ($name in $Environment.Keys) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    try {
        foreach ($name in $Environment.Keys) { [Environment]::SetEnvironmentVariable($name, $Environment[$name]) }
        & $Block
    } finally {
        foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    }
}

function Test-Vcpkg([string]$Folder) {
    $Folder -and (Test-Path (Join-Path $Folder 'scripts\buildsystems\vcpkg.cmake'))
}

# The folder of vcpkg: the user's, Visual Studio's, that of GitHub's runners, or one of our own under build.
function Get-Vcpkg([hashtable]$Environment, [switch]$NoInstall) {
    $own = Join-Path $root 'build\vcpkg'
    foreach ($folder in $env:VCPKG_ROOT, $Environment['VCPKG_ROOT'], $env:VCPKG_INSTALLATION_ROOT, $own) {
        if (Test-Vcpkg $folder) { return $folder }
    }
    if ($NoInstall) { throw 'There is no vcpkg: set VCPKG_ROOT to its folder' }
    if (-not (Get-Command git -ErrorAction Ignore)) { Install-ByWinget 'Git.Git' }
    Write-Step "Bringing vcpkg into $own"
    Invoke-Program git @('clone', '--quiet', 'https://github.com/microsoft/vcpkg.git', $own) | Out-Host
    Invoke-Program (Join-Path $own 'bootstrap-vcpkg.bat') @('-disableMetrics') | Out-Host
    return $own
}

# All that it takes to build by this preset: its environment, as a table.
function Get-Toolchain([string]$Preset, [switch]$NoInstall) {
    $need = Get-PresetNeed $Preset
    $visualStudio = Get-VisualStudio $need.Components -NoInstall:$NoInstall
    $environment = Get-BuildEnvironment $visualStudio $need.Architecture
    # Visual Studio has them, if its user asked for them.
    $packages = @{ cmake = 'Kitware.CMake'; ninja = 'Ninja-build.Ninja' }
    foreach ($program in $packages.Keys) {
        if (Invoke-WithEnvironment $environment { Get-Command $program -ErrorAction Ignore }) { continue }
        if ($NoInstall) { throw "There is no $program" }
        Install-ByWinget $packages[$program]
        $environment = Get-BuildEnvironment $visualStudio $need.Architecture
    }
    $environment['VCPKG_ROOT'] = Get-Vcpkg $environment -NoInstall:$NoInstall
    return $environment
}

# Builds targets, all of the preset's where none is named. Returns the folder of the programs.
function Build-Preset([string]$Preset, [hashtable]$Environment, [string[]]$Targets = @(), [string[]]$Options = @()) {
    Write-Step "Building $Preset"
    Push-Location $root
    try {
        Invoke-WithEnvironment $Environment {
            Invoke-Program cmake (@('--preset', $Preset) + $Options) | Out-Host
            $arguments = @('--build', '--preset', $Preset)
            if ($Targets) { $arguments += @('--target') + $Targets }
            Invoke-Program cmake $arguments | Out-Host
        }
    } finally {
        Pop-Location
    }
    Join-Path $root "build\$Preset\bin"
}

# Waits until the condition holds, and fails if it does not within the time.
function Wait-Until([string]$What, [int]$Seconds, [scriptblock]$Condition) {
    $end = [DateTime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([DateTime]::UtcNow -ge $end) { throw "${What}: not within $Seconds seconds" }
        Start-Sleep -Milliseconds 200
    }
}

Export-ModuleMember -Function Get-SourceFolder, Write-Step, Invoke-Program, Test-Administrator, Get-PresetNeed,
    Get-MachineArchitecture, Find-VisualStudio, Install-ByWinget, Get-VisualStudio, ConvertFrom-EnvironmentText,
    Get-BuildEnvironment, Invoke-WithEnvironment, Get-Vcpkg, Get-Toolchain, Build-Preset, Wait-Until
