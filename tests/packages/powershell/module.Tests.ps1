# A stranger's script: with the module from a folder of its own, and with the service.
BeforeDiscovery {
    $commands = 'Get-ShmChannel', 'Get-ShmClient', 'Receive-ShmMessage', 'Send-ShmMessage', 'Test-ShmBroker' |
        ForEach-Object { @{ Name = $_ } }
}
BeforeAll {
    $env:PSModulePath = "$PSScriptRoot\Modules;$env:PSModulePath"
    # Beside the library, where .NET would take it from by itself; it has none of the functions.
    Copy-Item "$env:windir\system32\version.dll" "$PSScriptRoot\Modules\ShmBroker\shmclient.dll"
    Import-Module ShmBroker
    # A channel that is created lasts as long as it is open.
    function New-Channel([string]$Name, [string]$Kind) {
        $options = New-Object ShmBroker.ShmOptions -Property @{
            Kind = $Kind; Flags = 'Create'; Capacity = 4096; Access = 'Write'
        }
        New-Object ShmBroker.ShmChannel $Name, $options
    }
}

Describe 'The module' {
    It 'is the one that was installed, and sound' {
        $module = Get-Module ShmBroker
        $module.ModuleBase | Should -Be (Get-Item "$PSScriptRoot\Modules\ShmBroker").FullName
        $manifest = Test-ModuleManifest "$($module.ModuleBase)\ShmBroker.psd1" -ErrorAction Stop
        $manifest.Version | Should -Be $module.Version
        (Get-Command -Module ShmBroker).Name | Sort-Object | Should -Be $module.ExportedCmdlets.Keys
        $module.ExportedCmdlets.Count | Should -Be 5
    }
    It 'has licence and notices' {
        foreach ($file in 'LICENSE', 'THIRD-PARTY-NOTICES.txt') {
            "$PSScriptRoot\Modules\ShmBroker\$file" | Should -Exist
        }
    }
    It 'takes the DLL that came with it and no other, and says so' {
        $status = Test-ShmBroker
        $status.IsRunning | Should -BeTrue
        $status.Problem | Should -BeNullOrEmpty
        $status.ClientVersion | Should -Be $status.ServiceVersion
        $status.ClientPath | Should -Be ((Get-Module ShmBroker).ModuleBase + '\runtimes\win-x64\native\shmclient.dll')
        $status.Service.ProcessId | Should -BeGreaterThan 0
        Test-ShmBroker -Quiet | Should -BeExactly $true
        $status | Format-List | Out-String | Should -Match 'ServiceVersion : \d+\.\d+'
    }
}

Describe '<Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name -Full
        $parameters = (Get-Command $Name).Parameters.Values | Where-Object {
            [Management.Automation.PSCmdlet]::CommonParameters -notcontains $_.Name
        }
    }
    It 'has help, with an example' {
        $help.Synopsis | Should -Match '\.$'
        ($help.description.Text -join '').Length | Should -BeGreaterThan 60
        @($help.examples.example).Count | Should -BeGreaterThan 0
    }
    It 'has help for each parameter, and no other' {
        @($help.parameters.parameter.name) | Sort-Object | Should -Be @($parameters.Name | Sort-Object)
        @($help.parameters.parameter | Where-Object { -not $_.description.Text }) | Should -BeNullOrEmpty
    }
    It 'has its sets of parameters in the help' {
        $sets = (Get-Command $Name).ParameterSets | ForEach-Object {
            ($_.Parameters.Name | Where-Object { $parameters.Name -contains $_ } | Sort-Object) -join ' '
        }
        $told = $help.syntax.syntaxItem | ForEach-Object { ($_.parameter.name | Sort-Object) -join ' ' }
        @($told | Sort-Object) | Should -Be @($sets | Sort-Object)
    }
}

Describe 'Messages' {
    BeforeEach { $held = New-Channel 'ps messages' 'Queue' }
    AfterEach { $held.Dispose() }
    It 'arrive as they were sent: text, in order' {
        'Hello', ('Gr' + [char]0xFC + [char]0xDF), '' | Send-ShmMessage 'ps messages'
        $received = Receive-ShmMessage 'ps messages'
        $received.Text | Should -BeExactly 'Hello', ('Gr' + [char]0xFC + [char]0xDF), ''
        $received.Sequence | Should -Be 1, 2, 3
        $received[0].Channel | Should -Be 'ps messages'
        "$($received[0])" | Should -Be 'Hello'
        Receive-ShmMessage 'ps messages' | Should -BeNullOrEmpty
    }
    It 'are UTF-16 as the samples are, or UTF-8' {
        Send-ShmMessage 'ps messages' 'ab'
        Send-ShmMessage 'ps messages' 'ab' -Encoding Utf8
        $received = Receive-ShmMessage 'ps messages' -Encoding Utf8
        $received[0].Data | Should -Be 0x61, 0, 0x62, 0
        $received[1].Text | Should -Be 'ab'
    }
    It 'are bytes where bytes are sent' {
        $bytes = [byte[]](0, 255, 10)
        , $bytes | Send-ShmMessage 'ps messages'
        Send-ShmMessage 'ps messages' $bytes
        $received = Receive-ShmMessage 'ps messages'
        $received.Count | Should -Be 2
        $received | ForEach-Object { $_.Data.Length | Should -Be 3; $_.Data | Should -Be 0, 255, 10 }
    }
    It 'that are not asked for stay there' {
        1..5 | Send-ShmMessage 'ps messages'
        (Receive-ShmMessage 'ps messages' 2).Text | Should -Be '1', '2'
        (Receive-ShmMessage 'ps messages' -Wait | Select-Object -First 1).Text | Should -Be '3'
        (Receive-ShmMessage 'ps messages').Text | Should -Be '4', '5'
    }
    It 'that find no room are errors after the time' {
        $errors = @()
        1..100 | ForEach-Object { , (New-Object byte[] 1000) } |
            Send-ShmMessage 'ps messages' -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors[0].FullyQualifiedErrorId | Should -Match '^ShmFull,'
        $errors[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $errors[0].Exception.Message | Should -Match 'ps messages'
    }
    It 'have a time where their writer gives one' {
        $options = New-Object ShmBroker.ShmOptions -Property @{ Flags = 'Timed'; Access = 'Write' }
        $timed = New-Object ShmBroker.ShmChannel 'ps messages', $options
        try { $timed.Write([byte[]](1, 2)) } finally { $timed.Dispose() }
        $age = [DateTimeOffset]::UtcNow - (Receive-ShmMessage 'ps messages').Timestamp
        [Math]::Abs($age.TotalMinutes) | Should -BeLessThan 5
    }
    It 'do not keep the pipeline from being stopped' {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript({
                    param($modules)
                    $env:PSModulePath = $modules
                    Receive-ShmMessage 'ps messages' -Wait
                }).AddArgument($env:PSModulePath)
            $null = $shell.BeginInvoke()
            for ($i = 0; $i -lt 600 -and -not (Get-ShmClient 'ps messages' | Where-Object IsWaiting); ++$i) {
                Start-Sleep -Milliseconds 50
            }
            (Get-ShmClient 'ps messages' | Where-Object IsWaiting).Access | Should -Be 'Read'
            $stopping = $shell.BeginStop($null, $null)
            $stopping.AsyncWaitHandle.WaitOne(30000) | Should -BeTrue
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $shell.Dispose() }
        Get-ShmClient 'ps messages' | Where-Object Access -EQ 'Read' | Should -BeNullOrEmpty
    }
    It 'are the value, of a block' {
        $block = New-Channel 'ps block' 'Block'
        try {
            Send-ShmMessage 'ps block' 'one'
            Send-ShmMessage 'ps block' 'two'
            1..2 | ForEach-Object { (Receive-ShmMessage 'ps block').Text | Should -BeExactly 'two' }
        } finally { $block.Dispose() }
    }
}

Describe 'Channels' {
    BeforeAll {
        $one = New-Channel 'ps one' 'Queue'
        $two = New-Channel 'ps two' 'Topic'
        'a', 'b' | Send-ShmMessage 'ps one'
    }
    AfterAll { $one, $two | ForEach-Object { $_.Dispose() } }
    It 'are found by name, kind and figures' {
        (Get-ShmChannel).Name | Should -Contain 'ps two'
        (Get-ShmChannel 'ps *').Name | Should -Be 'ps one', 'ps two'
        (Get-ShmChannel 'PS *' -Kind Topic).Name | Should -Be 'ps two'
        $first = Get-ShmChannel 'ps *' | Sort-Object Messages -Descending | Select-Object -First 1
        $first.Name | Should -Be 'ps one'
        $first.Messages, $first.Writers | Should -Be 2, 1
        $first.Backlog | Should -BeGreaterThan 0
        Get-ShmChannel 'ps *' -HeldUp | Should -BeNullOrEmpty
    }
    It 'are a table' {
        Get-ShmChannel 'ps *' | Out-String | Should -Match 'Name +Kind +Readers +Writers +Messages +Backlog +State'
    }
    It 'tell who has them open' {
        $clients = Get-ShmChannel 'ps one' | Get-ShmClient
        $clients.ProcessId | Should -Be $PID
        $clients.Access, $clients.Channel | Should -Be 'Write', 'ps one'
        $clients | Out-String | Should -Match 'ProcessId +Program +Access +Account'
    }
    It 'that are not there are errors of their own' {
        $ErrorActionPreference = 'Stop'
        foreach ($command in { Get-ShmChannel 'nowhere' }, { Get-ShmClient 'nowhere' },
            { Send-ShmMessage 'nowhere' 'x' }, { Receive-ShmMessage 'nowhere' }) {
            $failure = $null
            try { & $command } catch { $failure = $_ }
            $failure.FullyQualifiedErrorId | Should -Match '^ShmNotFound,'
            $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $failure.TargetObject | Should -Be 'nowhere'
        }
    }
    It 'complete where a name is typed' {
        $typed = 'Receive-ShmMessage ps'
        (TabExpansion2 $typed $typed.Length).CompletionMatches.CompletionText | Should -Contain "'ps one'"
    }
}
