using System.Net;
using LayerShuffle.Cluster.Processes;
using LayerShuffle.Cluster.Security;
using LayerShuffle.Cluster.Shipping;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The main loop of a worker process.</summary>
public static class WorkerHost
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    /// <summary>Runs until its supervisor ends it or the cluster expels it.</summary>
    /// <param name="stdin">Its standard input: the start line, then the supervisor's presence.</param>
    /// <param name="stdout">Its standard output: where it says that it is ready.</param>
    /// <param name="stderr">Its log.</param>
    /// <returns>An exit code: 0 when it was ended, 3 when the cluster expelled it.</returns>
    public static async Task<int> RunAsync(TextReader stdin, TextWriter stdout, TextWriter stderr)
    {
        WorkerStart start = WorkerParent.ReadStart(stdin);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using ParentWatch watch = WorkerParent.Watch(start, stdin, () => told.TrySetResult());
        WorkerSettings settings = WorkerSettings.Parse(start.Settings);
        using ClusterIdentity? identity = settings.Secret is { } secret ? ClusterIdentity.FromSecret(Convert.FromBase64String(secret)) : null;
        using var worker = new Worker(settings, start.Incarnation, Log);
        var options = new ProcessOptions
        {
            Endpoint = settings.Endpoint,
            Incarnation = start.Incarnation,
            Token = settings.Token,
            Listen = IPAddress.Parse(settings.Listen),
            Host = settings.Host,
            Identity = identity,
            Seed = (settings.Coordinator.Host, settings.Coordinator.AkkaPort),
            Log = Log,
        };
        // Nothing reaches the worker before it has said hello, and that comes after Begin.
        ClusterProcess process = await ClusterProcess.StartAsync(options, worker.Received, worker.Framed).ConfigureAwait(false);
        worker.Begin(process, new BlobCache(null));
        Akka.Cluster.Cluster.Get(process.System).RegisterOnMemberUp(worker.Joined);
        WorkerParent.WriteReady(stdout, new WorkerAddress(settings.Host, process.Address.AkkaPort, process.Address.DataPort));
        await Task.WhenAny(told.Task, process.System.WhenTerminated).ConfigureAwait(false);
        if (!told.Task.IsCompleted)
        {
            Log("The cluster has expelled this worker, or lost it for too long: it ends.");
            return 3;
        }

        await Task.WhenAny(process.DisposeAsync().AsTask(), Task.Delay(EndPatience)).ConfigureAwait(false);
        return 0;

        void Log(string line)
        {
            lock (stderr)
                stderr.WriteLine(line);
        }
    }
}
