@{
    RootModule = 'ShmBroker.PowerShell.dll'
    ModuleVersion = '0.2.0'
    GUID = '0b3f8f0e-8a5f-4b52-9f2c-6f4d3c1e7a90'
    Author = 'The ShmBroker authors'
    CompanyName = 'ShmBroker'
    Copyright = 'The ShmBroker authors. MIT License'
    Description = 'Messages through ShmBroker, shared memory between programs; for a service of its minor version.'
    PowerShellVersion = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess = @('ShmBroker.Format.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport = @('Get-ShmChannel', 'Get-ShmClient', 'Receive-ShmMessage', 'Send-ShmMessage', 'Test-ShmBroker')
    AliasesToExport = @()
    VariablesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('Windows', 'PSEdition_Desktop', 'PSEdition_Core', 'ipc', 'shared-memory')
            LicenseUri = 'https://github.com/shmbroker/shmbroker/blob/main/LICENSE'
            ProjectUri = 'https://github.com/shmbroker/shmbroker'
        }
    }
}
