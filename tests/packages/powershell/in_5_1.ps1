# in_5_1.ps1 MODULES: in Windows PowerShell, which has no Pester 5: each command of the module once.
param([Parameter(Mandatory)][string]$Modules)
$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSEdition -ne 'Desktop') { throw 'this is not Windows PowerShell' }
$env:PSModulePath = "$Modules;$env:PSModulePath"
Import-Module ShmBroker
$status = Test-ShmBroker
if (-not $status.IsRunning -or $status.Problem) { throw $status.Problem }
$options = New-Object ShmBroker.ShmOptions -Property @{
    Kind = 'Queue'; Flags = 'Create'; Capacity = 4096; Access = 'Write'
}
$held = New-Object ShmBroker.ShmChannel 'ps 5.1', $options
try {
    'Hello', 'again' | Send-ShmMessage 'ps 5.1'
    $received = Receive-ShmMessage 'ps 5.1' -Timeout 5 -Count 2
    if (($received.Text -join ' ') -ne 'Hello again') { throw "received $($received.Text)" }
    if ((Get-ShmChannel 'ps *').Messages -ne 2) { throw 'Get-ShmChannel' }
    if ((Get-ShmClient 'ps 5.1').ProcessId -ne $PID) { throw 'Get-ShmClient' }
} finally { $held.Dispose() }
'1 passed, 0 failed'
