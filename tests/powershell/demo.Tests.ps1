# samples/demo.ps1, as a whole, with the programs of this build.
BeforeAll {
    $demo = Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'samples/demo.ps1'
    $programs = $env:SHM_PROGRAMS
    function Invoke-Demo([hashtable]$With) { (& $demo @With 6>&1 | Out-String) -replace '\r', '' }
}

Describe 'The demonstration' {
    It 'lets programs talk, and leaves nothing behind' {
        $said = Invoke-Demo @{ Programs = $programs }
        foreach ($line in 'Hello from another process', 'Words that are quoted') {
            $said | Should -Match "sender   -> $line\n  receiver <- $line"
        }
        $said | Should -Match 'long gone\n  receiver <- \S'
        $said | Should -Match 'sent: From a window'
        $said | Should -Match 'Done'
        Get-Service ShmBroker -ErrorAction Ignore | Should -BeNullOrEmpty
        Get-Process sender_gui, receiver_gui -ErrorAction Ignore | Should -BeNullOrEmpty
    }
    It 'keeps the service, and the next one does not take it away' {
        Invoke-Demo @{ Programs = $programs; Console = $true; Keep = $true } | Should -Match 'left running'
        try {
            (Get-Service ShmBroker).Status | Should -Be 'Running'
            { Invoke-Demo @{ Programs = $programs; Console = $true } } | Should -Throw '*is here already*'
            (Get-Service ShmBroker).Status | Should -Be 'Running'
        } finally {
            Stop-Service ShmBroker
            sc.exe delete ShmBroker
        }
    }
    It 'removes the service where a program fails' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'no programs')
        foreach ($file in 'shmbroker.exe', 'shmclient.dll', 'shmbroker.json') { Copy-Item "$programs/$file" $folder }
        { Invoke-Demo @{ Programs = "$folder"; Console = $true } } | Should -Throw
        Get-Service ShmBroker -ErrorAction Ignore | Should -BeNullOrEmpty
    }
    It 'removes the service where that does not start' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'no service')
        Set-Content (Join-Path $folder 'shmbroker.exe') 'no program'
        { Invoke-Demo @{ Programs = "$folder"; Console = $true } } | Should -Throw '*sc.exe start ShmBroker ended*'
        Get-Service ShmBroker -ErrorAction Ignore | Should -BeNullOrEmpty
    }
    It 'says what is missing, where it is to install nothing' {
        { Invoke-Demo @{ Preset = 'msvc-x64'; NoInstall = $true } } | Should -Throw '*No Visual Studio 2022*'
    }
    It 'names the presets that there are' {
        { Invoke-Demo @{ Preset = 'gcc' } } | Should -Throw '*clang-cl-x64, msvc-arm64, msvc-x64, msvc-x86*'
    }
}
