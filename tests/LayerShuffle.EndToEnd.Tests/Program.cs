using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>The program as a user runs it: a process of its own, with its output, its errors and its exit code.</summary>
internal sealed partial class Program
{
    private const int Sigint = 2, Sigkill = 9, Sigterm = 15;
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly Func<string, Signal> listen;
    private readonly TimeSpan patience;
    private readonly List<string> errors = [], raw = [];

    private Program(Process process, Func<string, Signal> listen, TimeSpan patience)
    {
        (this.process, this.listen, this.patience) = (process, listen, patience);
        Ended = Follow();
    }

    /// <summary>What a line on stderr makes the user do.</summary>
    public enum Signal
    {
        None,
        Interrupt,
        Kill,
    }

    /// <summary>Done when the process is gone and all it wrote is read.</summary>
    public Task Ended { get; }

    public int Id => process.Id;

    public int ExitCode => process.ExitCode;

    public string Output { get; private set; } = "";

    /// <summary>The lines on stderr, without the time that lines of the log bear.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>The lines on stderr as they came.</summary>
    public IReadOnlyList<string> StampedErrors => raw;

    public string Error => string.Join('\n', errors);

    /// <summary>Signals sent.</summary>
    public int SignalsSent { get; private set; }

    /// <summary>The built program beside the tests: artifacts/bin/LayerShuffle.Cli/CONFIGURATION/layershuffle.dll.</summary>
    public static string Assembly
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(own.Parent!.Parent!.FullName, "LayerShuffle.Cli", own.Name, "layershuffle.dll");
        }
    }

    /// <summary>The dotnet that runs these tests: RUNTIMES/shared/Microsoft.NETCore.App/VERSION is its runtime.</summary>
    private static string DotNet
    {
        get
        {
            string beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe"
                : "dotnet"));
            return File.Exists(beside) ? beside : "dotnet";
        }
    }

    /// <summary>
    /// Starts it in a folder. Whatever it writes to stderr is shown to <paramref name="listen"/> line by line, as it comes; its first answer is acted on at
    /// once.
    /// </summary>
    public static Program Start(Workplace at, Func<string, Signal>? listen, params string[] args) => Start(at, listen, UsualPatience, Assembly, args);

    /// <summary>Starts it with environment variables of the user's.</summary>
    public static Program StartIn(Workplace at, IReadOnlyDictionary<string, string> environment, params string[] args) =>
        Start(at, null, UsualPatience, Assembly, environment, args);

    /// <summary>Starts it, or another build of it, and ends it if it takes longer than it may.</summary>
    public static Program Start(Workplace at, Func<string, Signal>? listen, TimeSpan patience, string assembly, params string[] args) =>
        Start(at, listen, patience, assembly, new Dictionary<string, string>(), args);

    /// <summary>
    /// Spares a program of seconds, and those that it starts, the compiling again of what has run often; what else spares them work they inherit from the tests
    /// (<see cref="ProcessSettings"/>). Only how soon its code is at its best depends on it.
    /// </summary>
    public static void ShortLived(ProcessStartInfo start) => start.Environment["DOTNET_TC_CallCounting"] = "0";

    private static Program Start(Workplace at, Func<string, Signal>? listen, TimeSpan patience, string assembly,
        IReadOnlyDictionary<string, string> environment, string[] args)
    {
        var start = new ProcessStartInfo(DotNet, [assembly, .. args])
        {
            WorkingDirectory = at.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["LAYERSHUFFLE_CACHE"] = at.Cache;
        start.Environment["TMPDIR"] = at.Temporary;
        ShortLived(start);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Program(process, listen ?? (_ => Signal.None), patience);
    }

    /// <summary>
    /// Skips the test where a process cannot be interrupted: on Windows, and where SIGINT is ignored (children inherit that), as in a shell's background jobs.
    /// </summary>
    public static void NeedInterrupts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "SIGINT cannot be sent to a process on Windows.");
        string? ignored = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status")
            .FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        Assert.SkipWhen(ignored is not null && (Convert.ToUInt64(ignored[7..].Trim(), 16) & (1UL << (Sigint - 1))) != 0,
            "SIGINT is ignored here (a background job).");
    }

    /// <summary>Asserts the exit code; what the program said is the message otherwise.</summary>
    public void ShouldEndWith(int code)
    {
        ExitCode.ShouldBe(code, $"{Error}\n{Output}");
        Error.ShouldNotContain("   at LayerShuffle", customMessage: "a stack trace is not a sentence");
    }

    /// <summary>Kills any process (SIGKILL); nothing happens if it is gone.</summary>
    public static void Kill(int process) => _ = SendSignal(process, Sigkill);

    /// <summary>Asks it to end (SIGTERM).</summary>
    public void Terminate() => Terminate(process.Id);

    /// <summary>Asks any process to end (SIGTERM).</summary>
    public static void Terminate(int process) => SendSignal(process, Sigterm).ShouldBe(0);

    /// <summary>Ctrl-C (SIGINT).</summary>
    public void Interrupt() => SendSignal(process.Id, Sigint).ShouldBe(0);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")]
    private static partial Regex Stamp();

    private async Task Follow()
    {
        using var timer = new CancellationTokenSource(patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timer.Token);
            while (await process.StandardError.ReadLineAsync(timer.Token) is { } line)
            {
                raw.Add(line);
                string text = Stamp().Replace(line, "");
                errors.Add(text);
                Obey(listen(text));
            }

            Output = await output;
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end within {patience}. It said:\n{Error}");
        }
    }

    private void Obey(Signal signal)
    {
        if (signal == Signal.None || SignalsSent > 0)
            return;
        SignalsSent++;
        if (signal == Signal.Kill)
            process.Kill();
        else
            SendSignal(process.Id, Sigint).ShouldBe(0);
    }
}
