# cmake/windows.psm1: what finds and installs the tools, with a Visual Studio that is two files, and without winget.
BeforeAll {
    Import-Module (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'cmake/windows.psm1') -Force
    function New-VisualStudio([string]$Folder, [string]$Batch) {
        $tools = New-Item -ItemType Directory -Force (Join-Path $Folder 'Common7\Tools')
        [IO.File]::WriteAllText("$tools\VsDevCmd.bat", "@echo off`r`n$Batch`r`n")
        return $Folder
    }
}

Describe 'A program' {
    It 'that fails ends the script with its exit code' {
        { Invoke-Program $env:ComSpec '/d', '/c', 'exit', '3' } | Should -Throw '*ended with exit code 3'
    }
    It 'that writes to its standard error does not' {
        Invoke-Program $env:ComSpec '/d', '/c', 'echo', 'said', '1>&2' 2>&1 | Should -Match 'said'
    }
}

Describe 'The environment' {
    It 'is read from the lines of set' {
        $read = ConvertFrom-EnvironmentText 'A=1', '=C:=C:\x', 'OPTIONS=-D X=2', 'EMPTY=', 'no line of it'
        $read.Count | Should -Be 3
        $read.A, $read.OPTIONS, $read.EMPTY | Should -Be '1', '-D X=2', ''
    }
    It 'is what VsDevCmd.bat sets, for the processor that is asked for' {
        $folder = New-VisualStudio (Join-Path $TestDrive 'Visual Studio') 'set SHM_SAID=%*'
        $environment = Get-BuildEnvironment $folder 'x86'
        $environment['SHM_SAID'] | Should -Match '-arch=x86 +-host_arch=(x64|arm64|x86) *$'
    }
    It 'of a Visual Studio without that file is an error that names it' {
        { Get-BuildEnvironment 'C:\nowhere' 'x64' } | Should -Throw '*C:\nowhere\Common7\Tools\VsDevCmd.bat*'
    }
    It 'of a batch file that fails is an error' {
        $folder = New-VisualStudio (Join-Path $TestDrive 'broken') 'exit /b 5'
        { Get-BuildEnvironment $folder 'x64' } | Should -Throw '*VsDevCmd.bat*ended with exit code*'
    }
    It 'is put back, even after an error' {
        $env:SHM_KEPT = 'before'
        { Invoke-WithEnvironment @{ SHM_KEPT = 'within'; SHM_NEW = 'x' } { throw "saw $env:SHM_KEPT $env:SHM_NEW" } } |
            Should -Throw 'saw within x'
        $env:SHM_KEPT | Should -Be 'before'
        $env:SHM_NEW | Should -BeNullOrEmpty
    }
}

Describe 'Visual Studio' {
    It 'is not found where there is none' { Find-VisualStudio 'x' | Should -BeNullOrEmpty }
    It 'is asked of vswhere, with each component' {
        InModuleScope windows {
            Mock Test-Path { $true }
            Mock Invoke-Program { 'C:\VS'; 'C:\other' }
            Find-VisualStudio 'one', 'two' | Should -Be 'C:\VS'
            Should -Invoke Invoke-Program -ParameterFilter {
                $Program -like '*\Installer\vswhere.exe' -and $Arguments[-3..-1] -join ' ' -eq '-requires one two'
            }
        }
    }
    It 'is installed with what the preset needs' {
        InModuleScope windows {
            $script:found = $null
            Mock Find-VisualStudio { $script:found }
            Mock Install-ByWinget { $script:found = 'C:\VS' }
            Get-VisualStudio (Get-PresetNeed 'clang-cl-x64').Components | Should -Be 'C:\VS'
            Should -Invoke Install-ByWinget -Exactly 1 -ParameterFilter {
                $Id -eq 'Microsoft.VisualStudio.2022.BuildTools' -and $Override -like '*VC.Llvm.Clang*'
            }
        }
    }
    It 'that is still incomplete afterwards is an error' {
        InModuleScope windows {
            Mock Find-VisualStudio { }
            Mock Install-ByWinget { }
            { Get-VisualStudio 'one' } | Should -Throw '*lack one*'
        }
    }
    It 'is not installed where nothing is to be' {
        { Get-VisualStudio 'one' -NoInstall } | Should -Throw 'No Visual Studio 2022*one'
    }
}

Describe 'winget' {
    It 'is called for one package exactly, and asks nothing' {
        InModuleScope windows {
            Mock Get-Command { 'winget' }
            Mock Invoke-Program { }
            Install-ByWinget 'A.B' '--quiet'
            Should -Invoke Invoke-Program -ParameterFilter {
                $said = $Arguments -join ' '
                $Program -eq 'winget' -and $said -like 'install --exact --id A.B *--silent*' -and
                    $said -like '*--accept-package-agreements*' -and $said -like '* --override --quiet'
            }
        }
    }
    It 'that is missing is an error that names the package' {
        { Install-ByWinget 'A.B' } | Should -Throw 'A.B is missing, and so is winget*'
    }
}

Describe 'vcpkg' {
    BeforeAll {
        $own = Join-Path $TestDrive 'vcpkg'
        $null = New-Item -ItemType File -Force (Join-Path $own 'scripts\buildsystems\vcpkg.cmake')
    }
    It "is the user's before Visual Studio's" {
        Invoke-WithEnvironment @{ VCPKG_ROOT = $own } { Get-Vcpkg @{ VCPKG_ROOT = 'C:\other' } | Should -Be $own }
    }
    It "is Visual Studio's where the user has none, or no true one" {
        Invoke-WithEnvironment @{ VCPKG_ROOT = 'C:\nowhere' } { Get-Vcpkg @{ VCPKG_ROOT = $own } | Should -Be $own }
    }
    It 'is missed where nothing is to be installed' {
        { Get-Vcpkg @{} -NoInstall } | Should -Throw 'There is no vcpkg*'
    }
}

Describe 'A build' {
    It 'configures by the preset, then builds the targets, in that environment' {
        InModuleScope windows {
            $script:said = @()
            Mock Invoke-Program { $script:said += "$Program $($Arguments -join ' ') $env:SHM_KEPT" }
            $programs = Build-Preset 'msvc-x64' @{ SHM_KEPT = 'here' } @('a', 'b') @('-D', 'X=1')
            $programs | Should -BeLike '*build\msvc-x64\bin'
            $script:said | Should -Be 'cmake --preset msvc-x64 -D X=1 here',
                'cmake --build --preset msvc-x64 --target a b here'
        }
    }
    It 'has a preset for each that the scripts know' {
        $file = Join-Path (Get-SourceFolder) 'CMakePresets.json'
        $known = (Get-Content $file -Raw | ConvertFrom-Json).configurePresets
        foreach ($name in 'msvc-x64', 'clang-cl-x64', 'msvc-x86', 'msvc-arm64') {
            $preset = $known | Where-Object { $_.name -eq $name }
            $preset | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Waiting' {
    It 'ends with the condition' { Wait-Until 'it' 5 { $true } }
    It 'ends with an error after its time' {
        { Wait-Until 'it' 0 { $false } } | Should -Throw 'it: not within 0 seconds'
    }
}
