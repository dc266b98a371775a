# What the scripts start and no test does under Wine, with the reason: 'Get-Example' = 'why'.
@{
}
