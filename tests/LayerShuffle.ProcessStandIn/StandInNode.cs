using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Core.Logs;
using LayerShuffle.Supervision;

/// <summary>A supervisor with the command line that local supervisors are started with.</summary>
internal sealed class StandInNode : IWorkerLauncher
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var i ? arguments[i + 1] : null;
        TextReader? parent = arguments.Contains("--local") ? Console.In : null;
        LocalStart? start = parent is null ? null : LocalSupervisors.Enter(parent);
        if (start?.Secret is { } secret)
            Console.WriteLine($"secret of {secret.Length} bytes");
        string[] join = Value("--join")!.Split(':');
        var options = new NodeSupervisorOptions
        {
            Host = join[0],
            Port = int.Parse(join[1], CultureInfo.InvariantCulture),
            Name = Value("--name"),
            Version = "stand-in",
            Capabilities = await CapabilityProbe.ProbeAsync(TimeProvider.System),
            LogDirectory = Value("--log-dir"),
            Parent = parent,
            Log = new WriterSink(Console.Error),
        };
        using var leave = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            leave.Cancel();
        };
        return await new NodeSupervisor(options, new StandInNode()).RunAsync(leave.Token);
    }

    public ProcessStartInfo Command(WorkerStart start) => SelfLauncher.Self("worker");
}
