# tests/windows: the steps of tests/run.ps1, and its report of a ctest run that these tests have made up.
BeforeAll {
    $source = Split-Path (Split-Path $PSScriptRoot)
    Import-Module (Join-Path $source 'cmake/windows.psm1') -Force -Global
    Import-Module (Join-Path $source 'tests/windows/test_run.psm1') -Force
    Import-Module (Join-Path $source 'tests/windows/report.psm1')
    $results = @'
<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="(empty)" tests="4" failures="1" disabled="0" skipped="1" hostname="" time="18">
  <testcase name="unit_access_tests" classname="unit_access_tests" time="0.506616" status="run">
    <system-out>[==========] Running 3 tests from 1 test suite.
[ RUN      ] Paths.AreCommon
[       OK ] Paths.AreCommon (0 ms)
[ RUN      ] SettingUp.KnowsTheFolder
../../tests/unit/data_folder_test.cpp:185: Skipped
Wine keeps no entries of folders
[  SKIPPED ] SettingUp.KnowsTheFolder (56 ms)
[ RUN      ] SettingUp.OfMsvc
C:\src\tests\unit\data_folder_test.cpp(190): Skipped

one | two
[  SKIPPED ] SettingUp.OfMsvc (1 ms)
[  SKIPPED ] 2 tests, listed below:
[  SKIPPED ] SettingUp.KnowsTheFolder
[  SKIPPED ] SettingUp.OfMsvc
</system-out>
  </testcase>
  <testcase name="windows_service" classname="windows_service" time="12.5" status="fail">
    <failure message=""/>
    <system-out>[ RUN      ] Recovery.RestartsTheService/0
service_test.cpp(7): error: Expected equality of these values:
  1
  2
[  FAILED  ] Recovery.RestartsTheService/0, where GetParam() = 4-byte object (900 ms)
</system-out>
  </testcase>
  <testcase name="samples_window" classname="samples_window" time="1e-05" status="fail">
    <failure message=""/>
    <system-out>the window did not open</system-out>
  </testcase>
  <testcase name="languages_go" classname="languages_go" time="0" status="notrun">
    <skipped message="Unable to find executable"/>
    <system-out></system-out>
  </testcase>
  <testcase name="languages_rust" classname="languages_rust" time="0" status="disabled" />
</testsuite>
'@
    $file = Join-Path $TestDrive 'ctest.xml'
    [IO.File]::WriteAllText($file, $results)
}

Describe 'The results of ctest' {
    BeforeAll { $tests = @(Read-TestResults $file) }
    It 'have each test with its outcome and time' {
        $tests | ForEach-Object { "$($_.name) $($_.outcome) $($_.seconds)" } | Should -Be `
            'unit_access_tests passed 0.51', 'windows_service failed 12.5', 'samples_window failed 0',
            'languages_go skipped 0', 'languages_rust skipped 0'
    }
    It 'have each case that was skipped, with its reason, of either compiler' {
        $tests[0].cases | Should -Be 3
        $tests[0].unusual.Count | Should -Be 2
        $tests[0].unusual[0].name, $tests[0].unusual[0].outcome, $tests[0].unusual[0].text | Should -Be `
            'SettingUp.KnowsTheFolder', 'skipped', 'Wine keeps no entries of folders'
        $tests[0].unusual[1].text | Should -Be 'one | two'
    }
    It 'have each case that failed, with what it said' {
        $tests[1].unusual[0].outcome | Should -Be 'failed'
        $tests[1].unusual[0].text | Should -Match 'Expected equality'
    }
    It 'have why a test was not run' { $tests[3].text | Should -Be 'Unable to find executable' }
    It 'are none where ctest did not come so far' { Read-TestResults 'C:\nowhere.xml' | Should -BeNullOrEmpty }
}

Describe 'The machine' {
    BeforeAll { $machine = Get-Machine }
    It 'is named by Windows and processor' {
        $machine.processors | Should -BeGreaterThan 0
        $machine.architecture | Should -Be 'x64'
        $machine.build | Should -Match '^\d+\.'
        $machine.memory_mib | Should -BeGreaterThan 500
        $machine.powershell | Should -Match '^7\.'
    }
    It 'is named by nothing that tells whose it is' {
        $said = ConvertTo-Json $machine
        $said | Should -Not -Match ([regex]::Escape([Environment]::UserName))
        $said | Should -Not -Match ([regex]::Escape([Environment]::MachineName))
    }
}

Describe 'A run' {
    BeforeEach {
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        Mock Test-Administrator -ModuleName test_run { $true }
        Mock Get-Toolchain -ModuleName test_run { @{ SHM = 'x' } }
        Mock Build-Preset -ModuleName test_run { "C:\$Preset" }
        Mock Invoke-Ctest -ModuleName test_run {
            Copy-Item $file $Arguments[[Array]::IndexOf($Arguments, '--output-junit') + 1]
        }
        Mock Invoke-Benchmark -ModuleName test_run {
            [IO.File]::WriteAllText("$Folder\bench.json", '{ "rows": [ { "name": "latency", "us": 0.35 } ] }')
            [IO.File]::WriteAllText("$Folder\bench.txt", 'latency  0.35')
        }
        function Get-Report { Get-Content (Join-Path $out 'report.json') -Raw | ConvertFrom-Json }
    }
    It 'builds for 32 bits as well, tests, measures, and writes it all down' {
        Invoke-TestRun -Preset 'msvc-x64' -Report $out | Should -Be 0
        $report = Get-Report
        ($report.steps | ForEach-Object { "$($_.name) $($_.outcome)" }) -join '; ' | Should -Be (
            'Find or install the tools passed; Build msvc-x86 passed; Build msvc-x64 passed; Test passed; ' +
            'Measure passed')
        $report.passed, $report.failed, $report.skipped | Should -Be 1, 2, 2
        $report.benchmark.rows[0].us | Should -Be 0.35
        $report.version | Should -Match '^\d+\.\d+\.\d+$'
        $page = Get-Content (Join-Path $out 'report.md') -Raw
        $page | Should -Match '# ShmBroker [\d.]+ on Windows: all went well'
        $page | Should -Match '\| windows_service \| Recovery.RestartsTheService/0 \| service_test'
        $page | Should -Match '\| samples_window \|  \| the window did not open \|'
        $page | Should -Match '\| unit_access_tests \| SettingUp.OfMsvc \| one \\\| two \|'
        $page | Should -Match '\| windows_service \| failed \| 1 cases \|'
        $page | Should -Match 'latency  0.35'
    }
    It 'builds the languages for 32 bits where it is to run all' {
        foreach ($all in $false, $true) {
            $wanted = if ($all) { 'ON' } else { 'OFF' }
            $null = Invoke-TestRun -Preset 'msvc-x64' -Report $out -All:$all
            Should -Invoke Build-Preset -ModuleName test_run -Exactly 1 -ParameterFilter {
                $Preset -eq 'msvc-x86' -and $Options -contains "SHM_X86_LANGUAGES=$wanted"
            }
        }
    }
    It 'writes into a folder that is named from the current one' {
        Push-Location $TestDrive
        try { Invoke-TestRun -Preset 'clang-cl-x64' -Report 'near' | Should -Be 0 } finally { Pop-Location }
        Should -Invoke Invoke-Ctest -ModuleName test_run -ParameterFilter {
            [IO.Path]::IsPathRooted($Arguments[[Array]::IndexOf($Arguments, '--output-junit') + 1])
        }
    }
    It 'goes on to measure and to report after a test that failed' {
        Mock Invoke-Ctest -ModuleName test_run { throw 'ctest ended with exit code 8' }
        Invoke-TestRun -Preset 'msvc-arm64' -Report $out | Should -Be 1
        $report = Get-Report
        $report.outcome | Should -Be 'failed: Test'
        @($report.steps).Count | Should -Be 4
        ($report.steps | Where-Object { $_.name -eq 'Test' }).text | Should -Be 'ctest ended with exit code 8'
        Should -Invoke Invoke-Benchmark -ModuleName test_run -Exactly 1
    }
    It 'tests nothing that was not built, and reports why' {
        Mock Build-Preset -ModuleName test_run { throw 'ninja ended with exit code 1' }
        Invoke-TestRun -Preset 'clang-cl-x64' -Report $out | Should -Be 1
        (Get-Report).outcome | Should -Be 'failed: Build clang-cl-x64'
        Should -Invoke Invoke-Ctest -ModuleName test_run -Exactly 0
    }
    It 'keeps no figures of the run before' {
        Invoke-TestRun -Preset 'clang-cl-x64' -Report $out | Should -Be 0
        Mock Get-Toolchain -ModuleName test_run { throw 'none' }
        Invoke-TestRun -Preset 'clang-cl-x64' -Report $out | Should -Be 1
        (Get-Report).benchmark | Should -BeNullOrEmpty
        (Get-Report).passed | Should -Be 0
    }
    It 'does not begin without the rights to install a service' {
        Mock Test-Administrator -ModuleName test_run { $false }
        Invoke-TestRun -Preset 'msvc-x64' -Report $out | Should -Be 2
        Test-Path $out | Should -BeFalse
    }
}

Describe 'ctest' {
    It 'leaves out what takes minutes, unless it is asked for' {
        $quick = (Get-CtestArguments 'msvc-x64' 'r.xml') -join ' '
        $quick | Should -Match 'msvc-x64 --output-junit r.xml .*-LE \^long\$$'
        (Get-CtestArguments 'msvc-x64' 'r.xml' '^abi' -All) -join ' ' | Should -Match '-j \d+ -R \^abi$'
    }
}
