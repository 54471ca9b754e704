using System.Runtime.InteropServices;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Core.Logs;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Vision;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The main loop of a worker process.</summary>
public static class WorkerHost
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5), CoordinatorPatience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Runs until its supervisor ends it or the cluster expels it. SIGTERM has its node leave: the coordinator has others take over what it hosts, then it is
    /// ended. A second SIGTERM ends it at once.
    /// </summary>
    /// <param name="stdin">Its standard input: the start line, then the supervisor's presence.</param>
    /// <param name="stdout">Its standard output: where it says that it is ready.</param>
    /// <param name="stderr">Its log.</param>
    /// <returns>An exit code: 0 when it was ended, 3 when the cluster expelled it, 4 when it lacks something.</returns>
    public static async Task<int> RunAsync(TextReader stdin, TextWriter stdout, TextWriter stderr)
    {
        WorkerStart start = WorkerParent.ReadStart(stdin);
        try
        {
            return await RunAsync(start, stdin, stdout, stderr).ConfigureAwait(false);
        }
        catch (Exception exception) when (TorchLibrary.Explain(exception) is { } missing)
        {
            await stderr.WriteLineAsync(missing).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ClusterException or ClusterIdentityException or InvalidDataException or InsecureAddressException)
        {
            await stderr.WriteLineAsync(exception.Message).ConfigureAwait(false);
        }

        return WorkerParent.CannotStart;
    }

    private static async Task<int> RunAsync(WorkerStart start, TextReader stdin, TextWriter stdout, TextWriter stderr)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using ParentWatch watch = WorkerParent.Watch(start, stdin, () => told.TrySetResult());
        int signals = 0;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref signals) > 1)
                told.TrySetResult();
            else
                WorkerParent.WriteLeaving(stdout);
        });
        WorkerSettings settings = WorkerSettings.Parse(start.Settings);
        using var identity = ClusterIdentity.FromGrant(settings.Grant);
        using var sink = new WriterSink(stderr, settings.Verbose);
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(sink));
        using var worker = new Worker(settings, start.Incarnation, sink);
        await ReachCoordinatorAsync(start.Node, settings.Coordinator, identity).ConfigureAwait(false);
        var options = new ProcessOptions
        {
            Endpoint = settings.Endpoint,
            Incarnation = start.Incarnation,
            Token = settings.Token,
            Listen = HostAddress.Listening(settings.Listen),
            Port = settings.AkkaPort,
            DataPort = settings.DataPort,
            Host = settings.Host,
            Identity = identity,
            LocalOnly = settings.LocalOnly,
            Seed = (settings.Coordinator.Host, settings.Coordinator.AkkaPort),
            Membership = new(new(settings.HeartbeatPause), new(settings.StableAfter)),
            Failed = worker.Problem,
            Loggers = loggers,
        };
        // Nothing reaches the worker before it has said hello, and that comes after Begin.
        ClusterProcess process = await ClusterProcess.StartAsync(options, worker.Received, worker.Framed).ConfigureAwait(false);
        worker.Begin(process, new BlobCache(BlobDirectory()));
        Akka.Cluster.Cluster.Get(process.System).RegisterOnMemberUp(worker.Joined);
        WorkerParent.WriteReady(stdout, new WorkerAddress(settings.Host, process.Address.AkkaPort, process.Address.DataPort));
        await Task.WhenAny(told.Task, process.System.WhenTerminated).ConfigureAwait(false);
        int code = told.Task.IsCompleted ? 0 : 3;
        if (code == 3)
            sink.Say("The cluster has expelled this worker, or lost it for too long: it ends.");
        Task ending = Task.Run(() => EndAsync(worker, process));
        if (await Task.WhenAny(ending, Task.Delay(EndPatience)).ConfigureAwait(false) != ending)
            NativeProcess.ExitNow(code); // a layer still computes: what it computes on must not be freed under it
        await ending.ConfigureAwait(false);
        return code;
    }

    /// <summary>
    /// First nothing new is begun, then nobody is left who could begin anything, then the computing thread ends, and only then is native memory freed.
    /// </summary>
    private static async Task EndAsync(Worker worker, ClusterProcess process)
    {
        worker.Stop();
        await process.DisposeAsync().ConfigureAwait(false);
        worker.Dispose();
    }

    /// <summary>Looks whether the coordinator is where it says: Akka.Cluster would try for ever, without a word.</summary>
    /// <exception cref="ClusterException">It cannot be reached.</exception>
    private static async Task ReachCoordinatorAsync(string node, PeerAddress coordinator, ClusterIdentity identity)
    {
        for (long began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(250)).ConfigureAwait(false))
        {
            if (await ReachProber.ConnectAsync(coordinator.Host, coordinator.AkkaPort, identity).ConfigureAwait(false) is not { } failure)
                return;
            if (TimeProvider.System.GetElapsedTime(began) > CoordinatorPatience)
            {
                throw new ClusterException(
                    $"the coordinator ({HostAddress.Text(coordinator.Host, coordinator.AkkaPort)}) cannot be reached from {node} on the control plane: "
                        + $"{failure.TrimEnd('.')}. Check `run`'s --public-host (the nodes' machines must know that "
                    + "name and get there by it), and firewalls between (fix its two ports with --control-port and --data-port, and let them through).");
            }
        }
    }

    /// <summary>Blobs stay on this machine beside trained models, so that a worker that is started again need not be sent them again.</summary>
    private static string BlobDirectory() => Path.Combine(CacheRoot.Find(), "blobs");
}
