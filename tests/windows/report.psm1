# The report of tests\run.ps1: what ran, what failed, what was skipped and why, on which machine, how fast.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

function Get-RegistryValue([string]$Key, [string]$Name) {
    $values = Get-ItemProperty "HKLM:\$Key" -ErrorAction Ignore
    if ($values -and $values.PSObject.Properties[$Name]) { return [string]$values.$Name }
    return 'unknown'
}

# In MiB. Not by Get-CimInstance, as a service may be off that it asks, and Wine has none.
function Get-MachineMemory {
    if (-not ('ShmBrokerTests.Memory' -as [type])) {
        Add-Type -TypeDefinition @'
using System.Runtime.InteropServices;
namespace ShmBrokerTests {
    [StructLayout(LayoutKind.Sequential)]
    public struct MemoryStatus {
        public uint Length, Load;
        public ulong Total, Free, TotalPage, FreePage, TotalVirtual, FreeVirtual, FreeExtended;
    }
    public static class Memory {
        [DllImport("kernel32.dll", SetLastError = true)]
        static extern bool GlobalMemoryStatusEx(ref MemoryStatus status);
        public static ulong Total() {
            MemoryStatus status = new MemoryStatus();
            status.Length = (uint)Marshal.SizeOf(typeof(MemoryStatus));
            return GlobalMemoryStatusEx(ref status) ? status.Total : 0;
        }
    }
}
'@
    }
    [long]([ShmBrokerTests.Memory]::Total() / 1MB)
}

function Get-Machine {
    $windows = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    [ordered]@{
        windows = Get-RegistryValue $windows 'ProductName'
        release = Get-RegistryValue $windows 'DisplayVersion'
        build = "$(Get-RegistryValue $windows 'CurrentBuild').$(Get-RegistryValue $windows 'UBR')"
        processor = (Get-RegistryValue 'HARDWARE\DESCRIPTION\System\CentralProcessor\0' 'ProcessorNameString').Trim()
        processors = [Environment]::ProcessorCount
        architecture = Get-MachineArchitecture
        memory_mib = Get-MachineMemory
        session = [Diagnostics.Process]::GetCurrentProcess().SessionId
        powershell = [string]$PSVersionTable.PSVersion
    }
}

# The cases of a GoogleTest program that did not pass, by its output.
function Get-UnusualCase([string]$Output) {
    $text = New-Object Text.StringBuilder
    foreach ($line in $Output -split '\r?\n') {
        if ($line -match '^\[ RUN      \] ') { $null = $text.Clear() }
        elseif ($line -match '^\[  (SKIPPED|FAILED ) \] (\S+)(, where .*)? \(\d+ ms\)$') {
            $outcome = $Matches[1].Trim().ToLowerInvariant()
            # A skip says where, then why. Of a failure, all is of use.
            $why = ($text.ToString() -replace '(?m)^.*: Skipped$', '').Trim()
            [pscustomobject][ordered]@{ name = $Matches[2]; outcome = $outcome; text = $why }
        }
        else { $null = $text.Append("$line`n") }
    }
}

function Get-CaseCount([string]$Output) { [regex]::Matches($Output, '(?m)^\[ RUN      \] ').Count }

# Of an element within another: its text, or one of its attributes. '' where there is none.
function Get-ElementText([Xml.XmlElement]$Parent, [string]$Name, [string]$Attribute) {
    $found = $Parent.SelectSingleNode($Name)
    if (-not $found) { return '' }
    if ($Attribute) { return $found.GetAttribute($Attribute) }
    return $found.InnerText
}

# What ctest has written: a list of tests, each with the cases in it that failed or were skipped.
function Read-TestResults([string]$File) {
    if (-not (Test-Path $File)) { return }
    $document = New-Object Xml.XmlDocument
    $document.Load($File)
    foreach ($test in $document.SelectNodes('//testcase')) {
        $outcome = @{ run = 'passed'; fail = 'failed' }[$test.GetAttribute('status')]
        if (-not $outcome) { $outcome = 'skipped' }
        $output = Get-ElementText $test 'system-out'
        $text = ''
        if ($outcome -eq 'failed') { $text = $output }
        if ($outcome -eq 'skipped') { $text = Get-ElementText $test 'skipped' 'message' }
        [pscustomobject][ordered]@{
            name = $test.GetAttribute('name')
            outcome = $outcome
            seconds = [Math]::Round([double]::Parse($test.GetAttribute('time'), [cultureinfo]::InvariantCulture), 2)
            cases = Get-CaseCount $output
            unusual = @(Get-UnusualCase $output)
            text = $text
        }
    }
}

function Get-Total($Tests, [string]$Outcome) { @($Tests | Where-Object { $_.outcome -eq $Outcome }).Count }

# A cell of a table: one line, in which nothing is a column's end.
function Format-Cell([string]$Text) { (($Text -replace '\s+', ' ').Trim() -replace '\|', '\|') }

function Format-MarkdownTable([string]$Heading, [string[]]$Columns, [object[]]$Rows) {
    if (-not $Rows) { return }
    "## $Heading`n"
    "| $($Columns -join ' | ') |"
    "|$(' --- |' * $Columns.Count)"
    foreach ($row in $Rows) { "| $((@($row) | ForEach-Object { Format-Cell $_ }) -join ' | ') |" }
    ''
}

# What a stranger reads first: whether all went well, then what did not.
function ConvertTo-Markdown($Report, [string]$Table) {
    $machine = $Report.machine
    "# ShmBroker $($Report.version) on Windows: $($Report.outcome)`n"
    "$($machine.windows) $($machine.release), build $($machine.build); $($machine.processor), " +
        "$($machine.processors) processors, $($machine.architecture), $($machine.memory_mib) MiB; " +
        "PowerShell $($machine.powershell), session $($machine.session). " +
        "Preset $($Report.preset), $($Report.started), $($Report.seconds) seconds.`n"
    "$($Report.passed) tests passed, $($Report.failed) failed, $($Report.skipped) were skipped.`n"
    # Each row is a list in a list: one row alone would else be its cells.
    $steps = @(foreach ($step in $Report.steps) { , @($step.name, $step.outcome, $step.seconds, $step.text) })
    Format-MarkdownTable 'Steps' 'step', 'outcome', 'seconds', 'what it said' $steps
    foreach ($kind in 'failed', 'skipped') {
        $rows = @(foreach ($test in $Report.tests) {
            if ($test.outcome -eq $kind -and -not $test.unusual) {
                $text = $test.text
                if ($text.Length -gt 600) { $text = '... ' + $text.Substring($text.Length - 600) }
                , @($test.name, '', $text)
            }
            foreach ($case in $test.unusual) {
                if ($case.outcome -eq $kind) { , @($test.name, $case.name, $case.text) }
            }
        })
        $heading = @{ failed = 'What failed'; skipped = 'What was skipped' }[$kind]
        Format-MarkdownTable $heading 'test', 'case', 'why' $rows
    }
    $rows = @(foreach ($test in $Report.tests) {
        if ($test.name -like 'windows_*') { , @($test.name, $test.outcome, "$($test.cases) cases") }
    })
    Format-MarkdownTable 'What only Windows shows' 'test', 'outcome', 'cases' $rows
    if ($Table) { "## Benchmark`n`n``````text`n$Table`n```````n" }
    $slowest = @(foreach ($test in $Report.tests | Sort-Object seconds -Descending | Select-Object -First 10) {
        , @($test.name, $test.seconds)
    })
    Format-MarkdownTable 'What took longest' 'test', 'seconds' $slowest
}

function Get-Text([string]$File) {
    if (Test-Path $File) { return [IO.File]::ReadAllText($File) }
    return ''
}

# Set-Content has another encoding in 5.1 than in 7.
function Set-Text([string]$File, [string]$Text) {
    [IO.File]::WriteAllText($File, $Text, (New-Object Text.UTF8Encoding $false))
}

function Write-Report {
    param([string]$Folder, [string]$Preset, [DateTime]$Started, $Steps, [string]$Results)
    $Folder = (Resolve-Path $Folder).ProviderPath
    $tests = @(Read-TestResults $Results)
    $figures = Get-Text (Join-Path $Folder 'bench.json')
    $report = [ordered]@{
        version = (Get-Text (Join-Path (Get-SourceFolder) 'vcpkg.json') | ConvertFrom-Json).version
        preset = $Preset
        outcome = 'all went well'
        started = $Started.ToString('yyyy-MM-dd HH:mm') + ' UTC'
        seconds = [Math]::Round(([DateTime]::UtcNow - $Started).TotalSeconds)
        passed = Get-Total $tests 'passed'
        failed = Get-Total $tests 'failed'
        skipped = Get-Total $tests 'skipped'
        machine = Get-Machine
        steps = @($Steps)
        tests = $tests
        benchmark = $null
    }
    $failed = @($Steps | Where-Object { $_.outcome -eq 'failed' } | ForEach-Object { $_.name })
    if ($failed) { $report.outcome = "failed: $($failed -join ', ')" }
    if ($figures) { $report.benchmark = ConvertFrom-Json $figures }
    Set-Text (Join-Path $Folder 'report.json') (ConvertTo-Json $report -Depth 20)
    $table = Get-Text (Join-Path $Folder 'bench.txt')
    $markdown = Join-Path $Folder 'report.md'
    Set-Text $markdown ((ConvertTo-Markdown ([pscustomobject]$report) $table) -join "`n")
    $counts = "$($report.passed) tests passed, $($report.failed) failed, $($report.skipped) skipped"
    Write-Host "`n$($report.outcome): $counts"
    Write-Host "The report: $markdown, and report.json beside it"
}

Export-ModuleMember -Function Read-TestResults, Get-Machine, Get-UnusualCase, ConvertTo-Markdown, Write-Report
