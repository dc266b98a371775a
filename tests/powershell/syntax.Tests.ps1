# Every script runs in Windows PowerShell 5.1, and uses no command that these tests can't see.
BeforeDiscovery {
    # Not in build: a Wine there leads to the whole machine.
    $source = Split-Path (Split-Path $PSScriptRoot)
    $scripts = Get-ChildItem $source -Directory | Where-Object { $_.Name -ne 'build' } |
        Get-ChildItem -Recurse -File | Where-Object { '.ps1', '.psm1', '.psd1' -contains $_.Extension }
    $cases = $scripts | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
    $newer = '$a = $b ?? 1', '$a ??= 1', '$a = $b ? 1 : 2', 'cmake --version && ctest', 'cmake || exit', '${a}?.Length',
        '${a}?[0]', 'function f { process { 1 } clean { 2 } }', 'Start-Sleep 1 &', '$IsWindows',
        '1..3 | ForEach-Object -Parallel { $_ }', 'ConvertFrom-Json -AsHash $text', 'Join-Path a b c',
        'Set-Content x y -Encoding utf8NoBOM', 'Remove-Service x', 'if ($a {' | ForEach-Object { @{ Line = $_ } }
    $older = 'if ($a) { $b[0].Length } else { $b -and $c }', 'Join-Path $a (Join-Path b c)', '& $program @arguments',
        '$a = @{ b = 1 }; foreach ($x in $y) { try { $x } catch { throw } finally { 1 } }' |
        ForEach-Object { @{ Line = $_ } }
}

Describe 'What is looked for' {
    BeforeAll { Import-Module $PSScriptRoot/Windows51.psm1 -Force }
    It 'finds <Line>' -ForEach $newer { Get-NewerThan51 $Line | Should -Not -BeNullOrEmpty }
    It 'finds nothing in <Line>' -ForEach $older { Get-NewerThan51 $Line | Should -BeNullOrEmpty }
}

Describe '<Name>' -ForEach $cases {
    BeforeAll {
        Import-Module $PSScriptRoot/Windows51.psm1 -Force
        $text = [IO.File]::ReadAllText($Path)
    }
    It 'has nothing that Windows PowerShell 5.1 lacks' { Get-NewerThan51 $text $Name | Should -BeNullOrEmpty }
    It 'is ASCII, which 5.1 reads alike whatever the code page' { $text | Should -Not -Match '[^\x00-\x7f]' }
    It 'has lines of at most 120 columns' {
        @($text -split '\r?\n' | Where-Object { $_.Length -gt 120 }) | Should -BeNullOrEmpty
    }
}

Describe 'Commands' {
    BeforeAll {
        Import-Module $PSScriptRoot/Windows51.psm1 -Force
        $told = Import-PowerShellDataFile $PSScriptRoot/windows_only.psd1
        $used = @()
        $defined = @()
        $source = Split-Path (Split-Path $PSScriptRoot)
        Get-ChildItem $source/tests/run.ps1, $source/samples/demo.ps1, $source/cmake/*.psm1,
            $source/tests/windows/*.psm1 | ForEach-Object {
            $names = Get-CommandName ([IO.File]::ReadAllText($_.FullName))
            $used += $names.Used
            $defined += $names.Defined
        }
    }
    It 'are there under Wine, or listed with the reason why they go untested' {
        $unknown = $used | Sort-Object -Unique | Where-Object {
            $defined -notcontains $_ -and -not $told.ContainsKey($_) -and -not (Get-Command $_ -ErrorAction Ignore)
        }
        $unknown | Should -BeNullOrEmpty
    }
    It 'that are listed are used' {
        $told.Keys | Where-Object { $used -notcontains $_ } | Should -BeNullOrEmpty
    }
}
