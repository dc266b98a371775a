<#
.SYNOPSIS
The main job, on a Windows machine: builds ShmBroker, installs and starts its service, lets programs exchange messages
through it, in the console and in windows, and stops it.
.DESCRIPTION
For an elevated Windows PowerShell 5.1 or PowerShell 7. Installs what the build needs and this machine lacks. Not run on
Windows yet; the tests run it under Wine, with programs that were built before.
.PARAMETER Preset
How to build: msvc-x64, clang-cl-x64, msvc-arm64.
.PARAMETER Programs
A folder of programs that are built already.
.PARAMETER Console
Opens no windows.
.PARAMETER Keep
Leaves the windows open and the service running.
.PARAMETER NoInstall
Ends where something is missing, instead of installing it.
#>
[CmdletBinding()]
param([string]$Preset, [string]$Programs, [switch]$Console, [switch]$Keep, [switch]$NoInstall)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path (Split-Path $PSScriptRoot) 'cmake\windows.psm1') -Force

# Some text of another script, whatever the code page that this file is read with: "simple example of shared memory".
$text = -join [char[]](0x7b80, 0x5355, 0x7684, 0x5171, 0x4eab, 0x5185, 0x5b58, 0x793a, 0x4f8b)
$end = 'sc.exe stop ShmBroker; sc.exe delete ShmBroker'
$heard = Join-Path ([IO.Path]::GetTempPath()) "shmbroker-demo-$PID.txt"

function Invoke-Sc([string[]]$Arguments) {
    Write-Host "> sc.exe $($Arguments -join ' ')"
    Invoke-Program sc.exe $Arguments | Where-Object { $_ } | Out-Host
}

function Get-BrokerState {
    $service = Get-Service ShmBroker -ErrorAction Ignore
    if ($service) { return [string]$service.Status }
    return 'None'
}

function Start-Broker([string]$Folder) {
    Write-Step 'Installing and starting the service'
    # Not by sc.exe create: 5.1 and 7 do not hand quotes to a program in the same way, and the path may hold spaces.
    $null = New-Service ShmBroker -BinaryPathName ('"{0}"' -f (Join-Path $Folder 'shmbroker.exe')) -StartupType Manual
    Invoke-Sc @('start', 'ShmBroker')
    Wait-Until 'The service starts' 20 { (Get-BrokerState) -eq 'Running' }
}

function Stop-Broker {
    Write-Step 'Stopping the service'
    if ((Get-BrokerState) -eq 'Running') {
        Invoke-Sc @('stop', 'ShmBroker')
        Wait-Until 'The service stops' 20 { (Get-BrokerState) -eq 'Stopped' }
    }
    if ((Get-BrokerState) -ne 'None') { Invoke-Sc @('delete', 'ShmBroker') }
}

# One more argument in quotes: Start-Process joins them as they are.
function Start-Program([string]$Folder, [string]$Name, [string[]]$Arguments) {
    $quoted = $Arguments | ForEach-Object { '"' + $_ + '"' }
    $with = @{ FilePath = (Join-Path $Folder $Name); PassThru = $true }
    if ($quoted) { $with.ArgumentList = $quoted }
    if ($Name -eq 'receiver.exe') { $with.RedirectStandardOutput = $heard; $with.NoNewWindow = $true }
    $process = Start-Process @with
    $null = $process.Handle # or its exit code would not be kept
    return $process
}

# What the receiver has printed, which it may be writing just now.
function Read-Heard {
    $file = [IO.File]::Open($heard, 'Open', 'Read', 'ReadWrite')
    $reader = New-Object IO.StreamReader $file, ([Text.Encoding]::UTF8)
    try { @($reader.ReadToEnd() -split '\r?\n' | Where-Object { $_ }) } finally { $reader.Dispose() }
}

function Send-Line([string]$Folder, [string]$Line) {
    Write-Host "  sender   -> $Line"
    Invoke-Program (Join-Path $Folder 'sender.exe') @($Line)
}

function Wait-Heard([string]$Line) {
    Wait-Until "The receiver hears '$Line'" 20 { (Read-Heard) -contains $Line }
    Write-Host "  receiver <- $Line"
}

function Receive-Last([string]$Folder) {
    $receiver = Start-Program $Folder 'receiver.exe' @('--timeout', '0')
    $receiver.WaitForExit()
    if ($receiver.ExitCode -ne 0) { return '' }
    Read-Heard | Select-Object -Last 1
}

function Show-Console([string]$Folder) {
    Write-Step 'Console: the receiver starts first'
    $lines = 'Hello from another process', 'Words that are quoted', $text
    $receiver = Start-Program $Folder 'receiver.exe' @('--count', "$($lines.Count)", '--timeout', '30000')
    foreach ($line in $lines) {
        Send-Line $Folder $line
        Wait-Heard $line
    }
    $receiver.WaitForExit()
    if ($receiver.ExitCode -ne 0) { throw "receiver.exe ended with $($receiver.ExitCode)" }

    Write-Step 'Console: the receiver starts when the sender is long gone'
    $last = Receive-Last $Folder
    if ($last -ne $text) { throw "receiver.exe heard '$last' instead of '$text'" }
    Write-Host "  receiver <- $last"
}

# The windows of a process that is ours. Send is the sender's default button, with the id IDOK.
function Submit-Window([Diagnostics.Process]$Process) {
    Wait-Until 'The window opens' 20 { $Process.Refresh(); $Process.MainWindowHandle -ne [IntPtr]::Zero }
    if (-not ('ShmBrokerDemo.Windows' -as [type])) {
        Add-Type -Namespace ShmBrokerDemo -Name Windows -MemberDefinition @'
[DllImport("user32.dll", SetLastError = true)]
public static extern bool PostMessageW(IntPtr window, uint message, IntPtr wide, IntPtr data);
'@
    }
    $command = 0x0111
    $ok = [IntPtr]1
    if (-not [ShmBrokerDemo.Windows]::PostMessageW($Process.MainWindowHandle, $command, $ok, [IntPtr]::Zero)) {
        throw 'The window takes no command'
    }
}

function Show-Windows([string]$Folder) {
    Write-Step 'Windows: a sender, a receiver that is told by window message, one that is told by event'
    $line = "From a window: $text"
    $windows = @(
        Start-Program $Folder 'receiver_gui.exe' @()
        Start-Program $Folder 'receiver_gui.exe' @('--event')
        Start-Program $Folder 'sender_gui.exe' @('--text', $line)
    )
    try {
        Submit-Window $windows[2]
        Wait-Until 'The window sends' 20 { (Receive-Last $Folder) -eq $line }
        Write-Host "  sent: $line"
    } finally {
        if (-not $Keep) { $windows | Where-Object { -not $_.HasExited } | ForEach-Object { $_.Kill() } }
    }
}

if (-not (Test-Administrator)) { throw 'Installing a service needs an elevated PowerShell: Run as administrator' }
if ($Programs) {
    $folder = (Resolve-Path $Programs).ProviderPath
} else {
    if (-not $Preset) { $Preset = "msvc-$(Get-MachineArchitecture)" }
    $environment = Get-Toolchain $Preset -NoInstall:$NoInstall
    $folder = Build-Preset $Preset $environment @('shmbroker', 'sender', 'receiver', 'sender_gui', 'receiver_gui')
}
if ((Get-BrokerState) -ne 'None') {
    throw "A service ShmBroker is here already. If it is an earlier demo's: $end"
}
try {
    Start-Broker $folder
    Show-Console $folder
    if (-not $Console) { Show-Windows $folder }
} finally {
    if (-not $Keep) { Stop-Broker }
    Remove-Item $heard -ErrorAction Ignore
}
if ($Keep) { Write-Step "The service is left running. To end it: $end" }
Write-Step 'Done'
