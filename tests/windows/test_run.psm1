# What tests\run.ps1 does, step by step. Each step that fails is in the report, and those that need it are left out.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'report.psm1')

$outcomes = New-Object Collections.ArrayList

# Returns what the block returns, and nothing if it fails.
function Invoke-Step([string]$Name, [scriptblock]$Block) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $step = [ordered]@{ name = $Name; outcome = 'passed'; seconds = 0.0; text = '' }
    try {
        & $Block
    } catch {
        $step.outcome = 'failed'
        $step.text = [string]$_
        Write-Host "FAILED: ${Name}: $_"
    } finally {
        $step.seconds = [Math]::Round($clock.Elapsed.TotalSeconds, 1)
        $null = $outcomes.Add([pscustomobject]$step)
    }
}

function Test-Failed { [bool]($outcomes | Where-Object { $_.outcome -eq 'failed' }) }

function Get-CtestArguments([string]$Preset, [string]$Results, [string]$Tests, [switch]$All) {
    $arguments = @('--test-dir', (Join-Path (Get-SourceFolder) "build\$Preset"), '--output-junit', $Results,
        '--output-on-failure', '--no-tests=error', '--test-output-size-passed', '10000000',
        '--test-output-size-failed', '10000000', '-j', "$([Environment]::ProcessorCount)")
    if (-not $All) { $arguments += '-LE', '^long$' }
    if ($Tests) { $arguments += '-R', $Tests }
    return $arguments
}

function Invoke-Ctest([hashtable]$Environment, [string[]]$Arguments) {
    Write-Step 'Testing'
    Invoke-WithEnvironment $Environment { Invoke-Program ctest $Arguments | Out-Host }
}

# The table goes to the screen and into a file beside the figures.
function Invoke-Benchmark([string]$Programs, [string]$Folder) {
    Write-Step 'Measuring: nothing else should run on this machine'
    Invoke-Program (Join-Path $Programs 'shm_bench.exe') @('--quick', '--json', (Join-Path $Folder 'bench.json')) |
        Tee-Object -FilePath (Join-Path $Folder 'bench.txt') | Out-Host
}

function Invoke-TestRun {
    param([string]$Preset, [string]$Report, [switch]$All, [string]$Tests, [switch]$NoX86, [switch]$NoBenchmark,
        [switch]$NoInstall)
    if (-not (Test-Administrator)) {
        Write-Host 'The tests install a service, which needs an elevated PowerShell: Run as administrator'
        return 2
    }
    $outcomes.Clear()
    $started = [DateTime]::UtcNow
    # ctest would take a relative path for one in its own folder.
    $Report = (New-Item -ItemType Directory -Force $Report).FullName
    $results = Join-Path $Report 'ctest.xml'
    foreach ($file in 'ctest.xml', 'bench.json', 'bench.txt') {
        Remove-Item (Join-Path $Report $file) -ErrorAction Ignore
    }

    $environment = Invoke-Step 'Find or install the tools' { Get-Toolchain $Preset -NoInstall:$NoInstall }
    if ($environment -and $Preset -eq 'msvc-x64' -and -not $NoX86) {
        $null = Invoke-Step 'Build msvc-x86' {
            $languages = if ($All) { 'ON' } else { 'OFF' } # a 32-bit .NET and Node.js are to be brought for them
            Build-Preset 'msvc-x86' (Get-Toolchain 'msvc-x86' -NoInstall:$NoInstall) @() @(
                '-D', "SHM_X86_LANGUAGES=$languages")
        }
    }
    if ($environment) {
        $programs = Invoke-Step "Build $Preset" {
            $x86 = Join-Path (Get-SourceFolder) 'build\msvc-x86'
            Build-Preset $Preset $environment @() @('-D', "SHM_X86_BUILD=$x86")
        }
        if ($programs) {
            Invoke-Step 'Test' { Invoke-Ctest $environment (Get-CtestArguments $Preset $results $Tests -All:$All) }
            if (-not $NoBenchmark) { Invoke-Step 'Measure' { Invoke-Benchmark $programs $Report } }
        }
    }
    Write-Report -Folder $Report -Preset $Preset -Started $started -Steps $outcomes -Results $results
    if (Test-Failed) { return 1 }
    return 0
}

Export-ModuleMember -Function Invoke-TestRun, Get-CtestArguments
