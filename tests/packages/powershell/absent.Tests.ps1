# The module where the service does not run.
BeforeAll {
    $env:PSModulePath = "$PSScriptRoot\Modules;$env:PSModulePath"
    Import-Module ShmBroker
}

Describe 'Without the service' {
    It 'Test-ShmBroker says what is wrong' {
        $status = Test-ShmBroker
        $status.IsRunning | Should -BeFalse
        $status.Problem | Should -Match 'service'
        $status.ClientVersion | Should -Not -BeNullOrEmpty
        Test-ShmBroker -Quiet | Should -BeExactly $false
    }
    It 'commands fail with an error that says so' {
        { Get-ShmChannel -ErrorAction Stop } | Should -Throw -ErrorId 'ShmNoService,*'
        { Send-ShmMessage any 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'ShmNoService,*'
    }
    It 'names complete to nothing' {
        $typed = 'Receive-ShmMessage ps'
        { TabExpansion2 $typed $typed.Length } | Should -Not -Throw
    }
}
