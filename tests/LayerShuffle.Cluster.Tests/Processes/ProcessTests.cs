using System.Diagnostics;
using System.Globalization;
using System.Net;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>A hub and supervisors in this process, with stand-in workers in real processes; none of these may be left after a test.</summary>
public abstract class ProcessTests : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<int> processes = [];
    private readonly List<(CancellationTokenSource Leave, Task<int> Run)> supervisors = [];
    private readonly List<IAsyncDisposable> hubs = [];

    protected static NodeCapabilities Capabilities { get; } = new("here", "linux", "x64", 2, 1L << 30, [], "cpu");

    protected static string StandIn { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../LayerShuffle.ProcessStandIn", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "LayerShuffle.ProcessStandIn"));

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals and /proc of Linux are needed to watch the processes.");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach ((CancellationTokenSource leave, Task<int> run) in supervisors)
            {
                await leave.CancelAsync();
                await run.WaitAsync(Patience);
            }

            foreach (IAsyncDisposable hub in hubs)
                await hub.DisposeAsync();
            foreach (int process in processes)
                await GoneAsync(process);
        }
        finally
        {
            foreach (int process in processes.Where(Lives))
                Process.GetProcessById(process).Kill();
            GC.SuppressFinalize(this);
        }
    }

    protected Watched Listen(Func<SupervisorHubOptions, SupervisorHubOptions>? change = null)
    {
        var options = new SupervisorHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = 4,
            Version = "1",
            Heartbeat = TimeSpan.FromMilliseconds(100)
        };
        var watched = new Watched(new SupervisorHub(change?.Invoke(options) ?? options));
        hubs.Add(watched);
        return watched;
    }

    /// <summary>A supervisor in this process.</summary>
    protected Supervised Supervise(int port, Func<NodeSupervisorOptions, NodeSupervisorOptions>? change = null, IWorkerLauncher? launcher = null)
    {
        var said = new List<string>();
        CancellationTokenSource leave = new(), now = new();
        var options = new NodeSupervisorOptions
        {
            Host = "127.0.0.1",
            Port = port,
            Capabilities = Capabilities,
            Version = "1",
            LeavePatience = TimeSpan.Zero,
            Log = new HeardLog(sentence =>
            {
                lock (said)
                    said.Add(sentence);
            }),
        };
        Task<int> run = new NodeSupervisor(change?.Invoke(options) ?? options, launcher ?? new StandInLauncher()).RunAsync(leave.Token, now.Token);
        supervisors.Add((leave, run));
        return new Supervised(run, leave, now, said);
    }

    /// <summary>A hub with one node that has a ready worker.</summary>
    protected async Task<(Watched Hub, Supervised Supervisor, int Worker)> WithWorkerAsync(
        string settings = "", Func<SupervisorHubOptions, SupervisorHubOptions>? hub = null,
            Func<NodeSupervisorOptions, NodeSupervisorOptions>? supervisor = null)
    {
        Watched watched = Listen(hub);
        Supervised supervised = Supervise(watched.Port, supervisor);
        await watched.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        return (watched, supervised, await StartAsync(watched, "node-1", 1, settings));
    }

    /// <summary>Starts a worker and waits until it is ready.</summary>
    protected async Task<int> StartAsync(Watched hub, string node, int incarnation, string settings = "")
    {
        CommandResult result = await hub.Hub.StartWorkerAsync(node, incarnation, settings).WaitAsync(Patience);
        Expect(result.ProcessId!.Value);
        await hub.NextAsync<HubEvent.WorkerReady>(e => e.Name == node && e.Incarnation == incarnation);
        return result.ProcessId.Value;
    }

    /// <summary>Notes a process that must be gone after the test.</summary>
    protected void Expect(int process) => processes.Add(process);

    protected static bool Lives(int process) => State(process) is not ('Z' or 'X' or null);

    /// <summary>The state letter of a process in /proc; null if there is none.</summary>
    protected static char? State(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    protected static Task GoneAsync(int process) => UntilAsync(() => !Lives(process), $"process {process} is gone");

    /// <summary>Waits for what only the kernel knows.</summary>
    protected static async Task UntilAsync(Func<bool> condition, string what)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            (TimeProvider.System.GetElapsedTime(began) < Patience).ShouldBeTrue($"waited {Patience.TotalSeconds} s until {what}");
            await Task.Delay(5);
        }
    }

    protected sealed record Supervised(Task<int> Run, CancellationTokenSource Leave, CancellationTokenSource Now, List<string> Said)
    {
        public Task<int> Code => Run.WaitAsync(Patience);

        public string All
        {
            get
            {
                lock (Said)
                    return string.Join('\n', Said);
            }
        }
    }

    protected sealed class StandInLauncher : IWorkerLauncher
    {
        public ProcessStartInfo Command(WorkerStart start) => new(StandIn, ["worker"]);
    }
}
