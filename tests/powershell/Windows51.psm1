# What a script uses that Windows PowerShell 5.1 does not have: PSScriptAnalyzer would say it, and no package brings it.

$newParameters = @{
    'ForEach-Object' = 'Parallel', 'ThrottleLimit', 'AsJob'
    'ConvertFrom-Json' = 'AsHashtable', 'Depth', 'NoEnumerate', 'DateKind'
    'ConvertTo-Json' = 'EnumsAsStrings', 'AsArray', 'EscapeHandling'
    'Get-Content' = , 'AsByteStream'
    'Set-Content' = , 'AsByteStream'
    'Join-Path' = 'AdditionalChildPath', 'Extension'
    'Split-Path' = 'LeafBase', 'Extension'
    'Invoke-WebRequest' = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'MaximumRetryCount', 'RetryIntervalSec'
    'New-Service' = , 'SecurityDescriptorSddl'
    'Select-String' = 'NoEmphasis', 'Raw', 'Culture'
    'Sort-Object' = 'Top', 'Bottom', 'Stable'
    'Start-Process' = , 'Environment'
    'Import-Module' = , 'SkipEditionCheck'
    'Get-Uptime' = , '*'
    'Remove-Service' = , '*'
    'Test-Json' = , '*'
    'Get-Error' = , '*'
    'Join-String' = , '*'
    'ConvertFrom-Markdown' = , '*'
}
$newVariables = 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'PSNativeCommandUseErrorActionPreference',
    'PSNativeCommandArgumentPassing', 'EnabledExperimentalFeatures'
$newEncodings = 'utf8NoBOM', 'utf8BOM', 'ansi'

function Test-NewEncoding([Management.Automation.Language.CommandAst]$Command) {
    $words = @($Command.CommandElements | ForEach-Object { $_.Extent.Text.Trim("'`"") })
    for ($at = 1; $at -lt $words.Count; ++$at) {
        if ($words[$at - 1] -eq '-Encoding' -and $newEncodings -contains $words[$at]) { return $true }
    }
    return $false
}

function Test-NewParameter([Management.Automation.Language.CommandAst]$Command) {
    $new = $newParameters[[string]$Command.GetCommandName()]
    if (-not $new) { return $false }
    if ($new -contains '*') { return $true }
    $parameters = $Command.CommandElements |
        Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }
    foreach ($parameter in $parameters) {
        # A script may say the first letters alone.
        if ($new | Where-Object { $_ -like "$($parameter.ParameterName)*" }) { return $true }
    }
    # Join-Path with a third part takes it for -AdditionalChildPath.
    return $Command.GetCommandName() -eq 'Join-Path' -and -not $parameters -and $Command.CommandElements.Count -gt 3
}

function Get-NewSyntax([Management.Automation.Language.Ast]$Node) {
    switch ($Node.GetType().Name) {
        'TernaryExpressionAst' { return '? :' }
        'PipelineChainAst' { return '&& or ||' }
        'PipelineAst' { if ($Node.Background) { return '& at the end' } }
        'BinaryExpressionAst' { if ($Node.Operator -eq 'QuestionQuestion') { return '??' } }
        'AssignmentStatementAst' { if ($Node.Operator -eq 'QuestionQuestionEquals') { return '??=' } }
        'MemberExpressionAst' { if ($Node.NullConditional) { return '?.' } }
        'InvokeMemberExpressionAst' { if ($Node.NullConditional) { return '?.' } }
        'IndexExpressionAst' { if ($Node.NullConditional) { return '?[]' } }
        'ScriptBlockAst' { if ($Node.CleanBlock) { return 'clean block' } }
        'CommandAst' {
            if (Test-NewParameter $Node) { return 'a command or parameter' }
            if (Test-NewEncoding $Node) { return 'an encoding' }
        }
        'VariableExpressionAst' {
            if ($newVariables -contains $Node.VariablePath.UserPath) { return 'a variable' }
        }
    }
}

# Each line: where, and what 5.1 lacks there.
function Get-NewerThan51 {
    param([Parameter(Mandatory)][string]$Text, [string]$Name = 'script')
    $tokens = $errors = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($Text, [ref]$tokens, [ref]$errors)
    foreach ($fault in $errors) { "${Name}:$($fault.Extent.StartLineNumber): $($fault.Message)" }
    foreach ($node in $tree.FindAll({ $true }, $true)) {
        $what = Get-NewSyntax $node
        if ($what) { "${Name}:$($node.Extent.StartLineNumber): $what is not in 5.1: $($node.Extent.Text)" }
    }
}

# The commands that a script starts by a name, each once. Of '& $program' the parser knows no name.
function Get-CommandName {
    param([Parameter(Mandatory)][string]$Text)
    $tokens = $errors = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($Text, [ref]$tokens, [ref]$errors)
    $commands = $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    $defined = $tree.FindAll({ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }, $true)
    [pscustomobject]@{
        Used = @($commands | ForEach-Object { $_.GetCommandName() } | Where-Object { $_ } | Sort-Object -Unique)
        Defined = @($defined | ForEach-Object { $_.Name })
    }
}

Export-ModuleMember -Function Get-NewerThan51, Get-CommandName
