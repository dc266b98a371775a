// powershell_host SCRIPT [ARGUMENT...]: runs a script in PowerShell 7, with the modules beside this program, and ends with
// the script's exit code. It is what the tests use in the place of pwsh.exe, whose console host prints nothing under Wine.
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: powershell_host SCRIPT [ARGUMENT...]");
    return 2;
}

// PowerShell compiles what it runs often. Under Wine 8 the end of such code ends the process: so nothing is collected, as
// long as the test needs less memory than this.
GC.TryStartNoGCRegion(4L << 30, 1L << 30);

Console.OutputEncoding = new System.Text.UTF8Encoding(false);
Environment.SetEnvironmentVariable("PSExecutionPolicyPreference", "Bypass");
Environment.SetEnvironmentVariable("PSModulePath",
    AppContext.BaseDirectory + ";" + Environment.GetEnvironmentVariable("PSModulePath"));
using var shell = PowerShell.Create(InitialSessionState.CreateDefault());
var output = new PSDataCollection<PSObject>();
output.DataAdded += (_, at) => Console.WriteLine(output[at.Index]);
var streams = shell.Streams;
streams.Information.DataAdded += (_, at) => Print(streams.Information[at.Index]);
streams.Warning.DataAdded += (_, at) => Console.WriteLine("WARNING: " + streams.Warning[at.Index]);
streams.Error.DataAdded += (_, at) => Explain(streams.Error[at.Index]);

// Under Wine PowerShell finds no program on PATH, and each by its whole path.
var commands = shell.Runspace.SessionStateProxy.InvokeCommand;
commands.CommandNotFoundAction = (_, wanted) =>
{
    var file = OnPath(wanted.CommandName);
    if (file != null) wanted.Command = commands.GetCommand(file, CommandTypes.Application);
};

var (named, others) = Parameters(args[1..]);
shell.AddScript("param($script, $named, $others) & $script @named @others").AddArgument(Path.GetFullPath(args[0])).AddArgument(named)
    .AddArgument(others);
try
{
    shell.Invoke(null, output);
}
catch (RuntimeException error)
{
    Explain(error.ErrorRecord);
    return 1;
}
return shell.Runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0;

static string? OnPath(string name)
{
    if (!Path.HasExtension(name)) name += ".exe";
    var folders = Environment.GetEnvironmentVariable("PATH")!.Split(';');
    return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

// As pwsh.exe -File takes them: -Name VALUE, or -Name for a switch.
static (Hashtable Named, List<string> Others) Parameters(string[] arguments)
{
    Hashtable named = new();
    List<string> others = [];
    for (var at = 0; at < arguments.Length; ++at)
    {
        if (!arguments[at].StartsWith('-')) others.Add(arguments[at]);
        else if (at + 1 == arguments.Length || arguments[at + 1].StartsWith('-')) named[arguments[at][1..]] = true;
        else named[arguments[at][1..]] = arguments[++at];
    }
    return (named, others);
}

// Write-Host says by its record whether the line goes on.
static void Print(InformationRecord record)
{
    if (record.MessageData is HostInformationMessage { NoNewLine: true } part) Console.Write(part.Message);
    else Console.WriteLine(record);
}

static void Explain(ErrorRecord error)
{
    Console.Error.WriteLine($"{error}\n{error.InvocationInfo?.PositionMessage}\n{error.ScriptStackTrace}");
}
