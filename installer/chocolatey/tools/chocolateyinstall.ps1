$ErrorActionPreference = 'Stop'

$package = @{
  packageName    = $env:ChocolateyPackageName
  softwareName   = 'ShmBroker'
  fileType       = 'msi'
  url64bit       = '@URL@'
  checksum64     = '@SHA256@'
  checksumType64 = 'sha256'
  silentArgs     = '/qn /norestart'
  # 3010: installed, and a file that was in use is replaced at the next restart.
  validExitCodes = @(0, 3010)
}
Install-ChocolateyPackage @package
