using System.Net;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The coordinator's cluster on the wall clock: its hub, its supervisors, its own process and its nodes. Starts workers, notices their deaths, ends everything.
/// All members may be called from any thread.
/// </summary>
public sealed partial class WallCluster : IAsyncDisposable
{
    /// <summary>Starts in a row that may fail because the worker died while it came up.</summary>
    private const int MostStarts = 3;
    private static readonly TimeSpan DeathPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);
    private readonly WallClusterOptions options;
    private readonly ulong token;
    private readonly RunAuthority authority = new();
    private readonly ClusterIdentity identity;
    private readonly byte[]? secret; // null: certificates
    private readonly SharedSecret? shared;
    private readonly SupervisorHub hub;
    private readonly Lock gate = new();
    private readonly NodeState[] nodes; // by endpoint − 1
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource failure = new(TaskCreationOptions.RunContinuationsAsynchronously); // fails once, and then everything that waits
    private Action<string>? failedHandlers;
    private ClusterProcess process = null!; // set by StartAsync
    private LocalSupervisors? supervisors;
    private Task reading = Task.CompletedTask;
    private bool joining; // a file says how
    private TaskCompletionSource joined = new(TaskCreationOptions.RunContinuationsAsynchronously); // done at the next joining

    private WallCluster(WallClusterOptions options)
    {
        this.options = options;
        token = DataPlaneOptions.TokenOf(ProgramVersion.Current, options.ScenarioHash);
        secret = options.Certificates is null ? options.Secret ?? SharedSecret.Draw() : null;
        shared = secret is null ? null : new SharedSecret(secret);
        identity = ClusterIdentity.FromGrant(authority.Grant("coordinator"));
        if (options.Secret is null && options.Certificates is null)
            ListenPolicy.Check(options.Listen?.Address ?? IPAddress.Loopback, isSecured: false);
        nodes = [.. options.Nodes.Select((name, i) => new NodeState(i + 1, name))];
        hub = new SupervisorHub(new SupervisorHubOptions
        {
            Listen = options.Listen ?? new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = nodes.Length,
            Names = options.Nodes,
            ScenarioHash = options.ScenarioHash,
            Secure = options.Certificates is { } certificates
                ? async (stream, cancellation) => await certificates.AuthenticateAsServerAsync(stream, cancellation).ConfigureAwait(false)
                : shared!.AuthenticateAsServerAsync,
        });
    }

    /// <summary>
    /// A worker has ended: (endpoint, incarnation, whether a command asked for it, how). Raised in order, before anything else is done about it.
    /// </summary>
    public event Action<int, int, bool, string>? Died;

    /// <summary>A worker that nobody had asked to end has been started again and is held: (endpoint, where).</summary>
    public event Action<int, PeerAddress>? Respawned;

    /// <summary>The run cannot go on, because of a worker or of this process: a sentence. Who subscribes is told of what was before.</summary>
    public event Action<string>? Failed
    {
        add
        {
            lock (gate)
                failedHandlers += value;
            if (failure.Task.Exception is { InnerException: { } reason })
                value?.Invoke(reason.Message);
        }

        remove
        {
            lock (gate)
                failedHandlers -= value;
        }
    }

    /// <summary>The names of the nodes; endpoint k is the k-th.</summary>
    public IReadOnlyList<string> Names => options.Nodes;

    /// <summary>Where supervisors join.</summary>
    public IPEndPoint ListenEndPoint => hub.ListenEndPoint;

    /// <summary>Who has joined.</summary>
    public IReadOnlyList<NodeInfo> Joined => hub.Nodes;

    /// <summary>Process ids of the local supervisors, by node.</summary>
    public IReadOnlyDictionary<string, int> SupervisorIds => supervisors?.ProcessIds ?? new Dictionary<string, int>();

    /// <summary>The actor system of this process.</summary>
    public Akka.Actor.ActorSystem ActorSystem => process.System;

    internal ClusterProcess Process => process;

    internal BlobSource Blobs { get; } = new();

    internal BlobSender Shipper { get; private set; } = null!; // set by StartAsync

    /// <summary>Takes control messages that are neither of membership nor of shipping.</summary>
    internal Action<object> Received { get; set; } = _ => { };

    /// <summary>Has others take over what a node hosts, because it is about to leave.</summary>
    internal Func<int, Task> HandOver { get; set; } = _ => Task.CompletedTask;

    /// <summary>Takes frames, which it owns.</summary>
    internal Action<IncomingFrame> Framed { get; set; } = frame => frame.Dispose();

    /// <summary>Starts hub and supervisors, or waits for those of other machines, and all workers.</summary>
    /// <exception cref="ClusterException">An address cannot be listened on, or a worker does not come up.</exception>
    /// <exception cref="UnreachableException">Not all reach all.</exception>
    public static async Task<WallCluster> StartAsync(WallClusterOptions options, CancellationToken cancellation)
    {
        var cluster = new WallCluster(options);
        try
        {
            await cluster.StartAsync(cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The worker of an endpoint, started if there is none.</summary>
    public Task<PeerAddress> EnsureAsync(int endpoint, CancellationToken cancellation = default)
    {
        NodeState node = nodes[endpoint - 1];
        lock (gate)
        {
            if (node.Starting is { IsCompleted: false }) // also one that is up, until it is proven that all reach it
                return node.Starting.WaitAsync(cancellation);
            if (node.Address is { } address)
                return Task.FromResult(address);
            node.Starting = StartWorkerAsync(node);
            return node.Starting.WaitAsync(cancellation);
        }
    }

    /// <summary>Kills a worker (SIGKILL); done when its death is known. Nothing happens if there is none.</summary>
    /// <returns>The incarnation that is dead now.</returns>
    public async Task<int> KillAsync(int endpoint)
    {
        NodeState node = nodes[endpoint - 1];
        int incarnation;
        Task gone, starting;
        lock (gate)
            (incarnation, gone, starting) = (node.Incarnation, node.Incarnation > 0 ? node.Gone.Task : Task.CompletedTask, node.Starting ?? Task.CompletedTask);
        try
        {
            await hub.KillAsync(node.Name).ConfigureAwait(false);
        }
        catch (NodeCommandException)
        {
            // its supervisor is gone, and its worker with it
        }

        // The hub confirms before its events are read: until then the dead worker would pass for a living one. And who waits for it to come up must have given
        // up.
        Task both = Task.WhenAll(gone, starting.ContinueWith(_ => { }, TaskScheduler.Default));
        await Task.WhenAny(both, Task.Delay(DeathPatience)).ConfigureAwait(false);
        return incarnation;
    }

    /// <summary>Waits for what a worker is to do.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="answer">Done when it has done it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="patience">How long to wait; default a minute. What watches over its own progress (a shipment) gets all the time it takes.</param>
    /// <exception cref="IOException">It died before, or is silent for too long, or what was shipped did not arrive.</exception>
    internal async Task WhileAliveAsync(PeerAddress worker, Task answer, CancellationToken cancellation, TimeSpan? patience = null)
    {
        NodeState node = nodes[worker.Endpoint - 1];
        Task gone;
        lock (gate)
            gone = worker.Incarnation == node.Incarnation ? node.Gone.Task : Task.CompletedTask;
        try
        {
            await Task.WhenAny(answer, gone, failure.Task).WaitAsync(patience ?? AnswerPatience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ClusterException($"The worker of {node.Name} (incarnation {worker.Incarnation}) has not answered for {AnswerPatience.TotalSeconds:0} s.");
        }

        if (!answer.IsCompleted && failure.Task.IsCompleted)
            await failure.Task.ConfigureAwait(false);
        if (!answer.IsCompletedSuccessfully && gone.IsCompleted)
            throw new ClusterException($"The worker of {node.Name} (incarnation {worker.Incarnation}) died.");
        try
        {
            await answer.ConfigureAwait(false);
        }
        catch (ShipmentException exception)
        {
            throw new ClusterException(exception.Message, exception);
        }
    }

    /// <summary>Whether this very worker is there, as far as is known.</summary>
    internal bool IsAlive(PeerAddress worker)
    {
        lock (gate)
            return nodes[worker.Endpoint - 1].Address == worker;
    }

    /// <summary>Stops a worker where it is (SIGSTOP).</summary>
    public Task PauseAsync(int endpoint)
    {
        lock (gate)
            nodes[endpoint - 1].Paused = true;
        return hub.StopAsync(nodes[endpoint - 1].Name);
    }

    /// <summary>Lets a stopped worker go on (SIGCONT).</summary>
    public async Task ContinueAsync(int endpoint)
    {
        await hub.ContinueAsync(nodes[endpoint - 1].Name).ConfigureAwait(false);
        lock (gate)
            nodes[endpoint - 1].Paused = false;
    }

    /// <summary>A node serves: all others learn where.</summary>
    internal void Serve(PeerAddress address)
    {
        process.SetPeer(address);
        Broadcast(new PeerUp(address), except: address.Endpoint);
    }

    /// <summary>Tells all workers that there are, the held ones included.</summary>
    internal void Broadcast(object message, int except = 0)
    {
        foreach (int endpoint in Living())
        {
            if (endpoint != except)
                process.Tell(endpoint, message);
        }
    }

    /// <summary>Endpoints whose workers are there.</summary>
    internal IReadOnlyList<int> Living()
    {
        lock (gate)
            return [.. nodes.Where(node => node.Address is not null).Select(node => node.Endpoint)];
    }

    /// <summary>Ends every worker and every supervisor.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync().ConfigureAwait(false);
        IReadOnlyList<string> silent = await hub.ShutdownAllAsync().ConfigureAwait(false);
        foreach (string name in silent)
            options.Log($"{name} did not confirm that it ended; it ends by itself when it hears nothing for 20 s.");
        if (supervisors is not null)
            await supervisors.DisposeAsync().ConfigureAwait(false);
        await hub.DisposeAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        if (joining)
            JoinFile.Remove(hub.ListenEndPoint.Port, secret!);
        identity.Dispose();
        authority.Dispose();
        shared?.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        IPAddress listen = options.Listen?.Address ?? IPAddress.Loopback;
        process = await ClusterProcess.StartAsync(
            new ProcessOptions
            {
                Endpoint = 0,
                Incarnation = 1,
                Token = token,
                Listen = listen,
                Port = options.ControlPort,
                DataPort = options.DataPort,
                Host = PublicHost,
                Identity = identity,
                LocalOnly = options.Listen is null,
                Membership = options.Membership,
                Failed = Fail,
                Log = options.Log,
            },
            Receive,
            Frame).ConfigureAwait(false);
        prober = new ReachProber(process, 0);
        Shipper = new BlobSender(Blobs, process.Tell, process.Plane.SendAsync);
        Watch();
        reading = ReadAsync();
        if (options.Listen is null)
        {
            supervisors = await LocalSupervisors.StartAsync(
                new LocalSupervisorsOptions
                {
                    Names = options.Nodes,
                    Device = options.Device,
                    Secret = secret,
                    LogDirectory = options.LogDirectory,
                    Say = (name, line) => options.Log($"{name}: {line}"),
                    NeverJoined = Fail,
                },
                hub).ConfigureAwait(false);
        }
        else
        {
            if (options.Secret is null && options.Certificates is null)
            {
                JoinFile.Write(hub.ListenEndPoint.Port, secret!);
                joining = true;
            }

            string scenario = Places == nodes.Length ? $"{Places} node{(Places == 1 ? "" : "s")}"
                : $"{Places} of the scenario's {nodes.Length} nodes (the others may join later)";
            int here = hub.Nodes.Count; // some are quicker than this line
            options.Log($"Waiting for {scenario} to join on {hub.ListenEndPoint}{(here > 0 ? $" ({here} there already)" : "")}: start "
                + $"{(Places == 1 ? "it" : "each")} with `{JoinCommand}`.");
        }

        await (await Task.WhenAny(hub.WaitForAsync(Places, cancellation), failure.Task).ConfigureAwait(false)).ConfigureAwait(false);
        begun = true; // who joins from now on is welcomed by itself
        NodeState[] present = [.. nodes.Where(node => !IsAway(node.Endpoint))];
        await Task.WhenAll(present.Select(node => BeginAsync(node, cancellation))).ConfigureAwait(false);
        await ProveAllAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The run cannot go on: whoever waits for something learns why.</summary>
    private void Fail(string reason)
    {
        Action<string>? handlers;
        lock (gate)
            handlers = failedHandlers;
        if (stop.IsCancellationRequested || !failure.TrySetException(new ClusterException(reason)))
            return;
        _ = failure.Task.Exception; // observed, also if nobody waits
        handlers?.Invoke(reason);
    }

    /// <summary>Lets something run on its own; what it does not expect ends the run instead of being nobody's.</summary>
    private void Alone(Task task, string what) => task.ContinueWith(
        ended => Fail($"{what} failed: {ended.Exception!.GetBaseException().Message}"), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);

    /// <summary>The name under which others reach this machine.</summary>
    private string PublicHost => options.PublicHost ?? (options.Listen?.Address ?? IPAddress.Loopback) switch
    {
        var any when any.Equals(IPAddress.Any) || any.Equals(IPAddress.IPv6Any) => Dns.GetHostName(),
        var one => one.ToString(),
    };

    /// <summary>How a node joins.</summary>
    private string JoinCommand => $"layershuffle node --join {HostAddress.Text(PublicHost, hub.ListenEndPoint.Port)}{options.JoinSecurity}";
}
