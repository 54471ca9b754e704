using System.Net;
using LayerShuffle.Cluster.Processes;
using LayerShuffle.Cluster.Security;
using LayerShuffle.Cluster.Shipping;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The main loop of a worker process.</summary>
public static class WorkerHost
{
    private const string Certificate = "LAYERSHUFFLE_CERT", Key = "LAYERSHUFFLE_KEY", Authority = "LAYERSHUFFLE_AUTHORITY";
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    /// <summary>The environment variables by which a worker finds its certificates' files.</summary>
    public static IReadOnlyDictionary<string, string> CertificateVariables(string certificate, string? key, string authority) =>
        new Dictionary<string, string> { [Certificate] = certificate, [Key] = key ?? "", [Authority] = authority };

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
        using ClusterIdentity? identity = settings.Secret is { } secret ? ClusterIdentity.FromSecret(Convert.FromBase64String(secret)) : settings.Certificates ? Certificates() : null;
        using var worker = new Worker(settings, start.Incarnation, Log);
        var options = new ProcessOptions
        {
            Endpoint = settings.Endpoint,
            Incarnation = start.Incarnation,
            Token = settings.Token,
            Listen = Address(settings.Listen),
            Port = settings.AkkaPort,
            Host = settings.Host,
            Identity = identity,
            Seed = (settings.Coordinator.Host, settings.Coordinator.AkkaPort),
            Membership = new(new(settings.HeartbeatPause), new(settings.StableAfter)),
            Log = Log,
        };
        // Nothing reaches the worker before it has said hello, and that comes after Begin.
        ClusterProcess process = await ClusterProcess.StartAsync(options, worker.Received, worker.Framed).ConfigureAwait(false);
        worker.Begin(process, new BlobCache(BlobDirectory()));
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

    private static ClusterIdentity Certificates()
    {
        string? certificate = Environment.GetEnvironmentVariable(Certificate), key = Environment.GetEnvironmentVariable(Key), authority = Environment.GetEnvironmentVariable(Authority);
        if (string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(authority))
            throw new InvalidDataException("The coordinator asks for certificates: give --cert and --authority (and --key) to `layershuffle node`.");
        return ClusterIdentity.FromCertificates(certificate, string.IsNullOrEmpty(key) ? null : key, authority);
    }

    private static IPAddress Address(string host) => IPAddress.TryParse(host, out IPAddress? literal) ? literal : Dns.GetHostAddresses(host)[0];

    /// <summary>Blobs stay on this machine beside trained models, so that a worker that is started again need not be sent them again.</summary>
    private static string BlobDirectory() => Path.Combine(CacheRoot.Find(), "blobs");
}
