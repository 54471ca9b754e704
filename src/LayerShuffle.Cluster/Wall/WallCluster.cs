using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Time;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The coordinator's cluster on the wall clock: owns its hub, its supervisors and its own process. What becomes of nodes is the <see cref="ClusterActor"/>'s
/// business: it is told what happens, and asked for what is wanted. All members may be called from any thread.
/// </summary>
public sealed class WallCluster : IAsyncDisposable, ISupervisors, IMembers, IClusterListener
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);
    private readonly WallClusterOptions options;
    private readonly ILogger log;
    private readonly ulong token;
    private readonly RunAuthority authority = new();
    private readonly ClusterIdentity identity;
    private readonly byte[]? secret; // null: certificates
    private readonly SharedSecret? shared;
    private readonly SupervisorHub hub;
    private readonly NodeBoard board;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource failure = new(TaskCreationOptions.RunContinuationsAsynchronously); // fails once, and then everything that waits
    private readonly ConcurrentDictionary<PeerAddress, Task> ends = []; // of workers that somebody waits for
    private ClusterProcess process = null!; // set by StartAsync, as those below
    private ReachProber prober = null!;
    private IActorRef managers = ActorRefs.Nobody;
    private LocalSupervisors? supervisors;
    private Task reading = Task.CompletedTask;
    private bool joining; // a file says how

    private WallCluster(WallClusterOptions options)
    {
        (this.options, log) = (options, options.Loggers.CreateLogger<WallCluster>());
        token = DataPlaneOptions.TokenOf(ProgramVersion.Current, options.ScenarioHash);
        secret = options.Certificates is null ? options.Secret ?? SharedSecret.Draw() : null;
        shared = secret is null ? null : new SharedSecret(secret);
        identity = ClusterIdentity.FromGrant(authority.Grant("coordinator"));
        if (options.Secret is null && options.Certificates is null)
            ListenPolicy.Check(options.Listen?.Address ?? IPAddress.Loopback, isSecured: false);
        board = new NodeBoard(options.Nodes.Count);
        hub = new SupervisorHub(new SupervisorHubOptions
        {
            Listen = options.Listen ?? new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = options.Nodes.Count,
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

    /// <summary>A node has joined while the cluster was at work, and its worker is up and held: (endpoint, where).</summary>
    public event Action<int, PeerAddress>? Arrived;

    /// <summary>
    /// Akka.Cluster has found something out about a worker that nobody has reported dead: (endpoint, unreachable, reachable, downed or removed). What the
    /// cluster announces itself is none of these.
    /// </summary>
    public event Action<int, string>? Found;

    /// <summary>The run cannot go on, because of a worker or of this process: a sentence. Who subscribes is told of what was before.</summary>
    public event Action<string>? Failed
    {
        add
        {
            Failing += value;
            if (failure.Task.Exception is { InnerException: { } reason })
                value?.Invoke(reason.Message);
        }

        remove => Failing -= value;
    }

    private event Action<string>? Failing;

    /// <summary>The names of the nodes; endpoint k is the k-th.</summary>
    public IReadOnlyList<string> Names => options.Nodes;

    /// <summary>Where supervisors join.</summary>
    public IPEndPoint ListenEndPoint => hub.ListenEndPoint;

    /// <summary>Who has joined.</summary>
    public IReadOnlyList<NodeInfo> Joined => hub.Nodes;

    /// <summary>Process ids of the local supervisors, by node.</summary>
    public IReadOnlyDictionary<string, int> SupervisorIds => supervisors?.ProcessIds ?? new Dictionary<string, int>();

    /// <summary>The actor system of this process.</summary>
    public ActorSystem ActorSystem => process.System;

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
    public Task<PeerAddress> EnsureAsync(int endpoint, CancellationToken cancellation = default) =>
        AskAsync<PeerAddress>(new EnsureWorker(endpoint), cancellation);

    /// <summary>Kills a worker (SIGKILL); done when its death is known. Nothing happens if there is none.</summary>
    /// <returns>The incarnation that is dead now.</returns>
    public async Task<int> KillAsync(int endpoint) => (await AskAsync<WorkerKilled>(new KillWorker(endpoint)).ConfigureAwait(false)).Incarnation;

    /// <summary>Stops a worker where it is (SIGSTOP).</summary>
    public Task PauseAsync(int endpoint) => AskAsync<Carried>(new PauseWorker(endpoint));

    /// <summary>Lets a stopped worker go on (SIGCONT).</summary>
    public Task ContinueAsync(int endpoint) => AskAsync<Carried>(new ContinueWorker(endpoint));

    /// <summary>A node serves: all others learn where.</summary>
    /// <exception cref="IOException">Its worker is dead.</exception>
    internal Task ServeAsync(PeerAddress worker) => AskAsync<Carried>(new ServeWorker(worker));

    /// <summary>Waits for what a worker is to do.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="answer">Done when it has done it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="patience">How long to wait; default a minute. What watches over its own progress (a shipment) gets all the time it takes.</param>
    /// <exception cref="IOException">It died before, or is silent for too long, or what was shipped did not arrive.</exception>
    internal async Task WhileAliveAsync(PeerAddress worker, Task answer, CancellationToken cancellation, TimeSpan? patience = null)
    {
        string who = $"The worker of {NameOf(worker.Endpoint)} (incarnation {worker.Incarnation})";
        Task gone = ends.GetOrAdd(worker, one => AskAsync<WorkerEnded>(new AwaitEnd(one)));
        try
        {
            await Task.WhenAny(answer, gone, failure.Task).WaitAsync(patience ?? AnswerPatience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ClusterException($"{who} has not answered for {AnswerPatience.TotalSeconds:0} s.");
        }

        if (!answer.IsCompleted && failure.Task.IsCompleted)
            await failure.Task.ConfigureAwait(false);
        if (!answer.IsCompletedSuccessfully && gone.IsCompleted)
            throw new ClusterException($"{who} died.");
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
    internal bool IsAlive(PeerAddress worker) => AddressOf(worker.Endpoint) == worker;

    /// <summary>Whether a node is not there, and need not be: nothing waits for it.</summary>
    internal bool IsAway(int endpoint) => options.MayBeAway && board[endpoint].Phase == NodePhase.Absent;

    /// <summary>Whether a worker newer than this one serves for an endpoint.</summary>
    internal bool IsBack(int endpoint, int dead) => process.IncarnationOf(endpoint) > dead;

    /// <summary>Where the worker of an endpoint is that is there, serving or held; null if there is none.</summary>
    internal PeerAddress? AddressOf(int endpoint) => board[endpoint].Address;

    /// <summary>Endpoints whose workers are there.</summary>
    internal IReadOnlyList<int> Living() => board.Living();

    /// <summary>The layers of a model that a node's worker hosts, ascending.</summary>
    internal int[] Hosted(int endpoint, string model) => board[endpoint].Hosted.Of(model);

    /// <summary>Those of some layers of a model that a worker does not host yet.</summary>
    internal int[] NotHosted(int endpoint, string model, IEnumerable<int> layers) => board[endpoint].Hosted.Missing(model, layers);

    /// <summary>A worker hosts layers of a model; nothing is noted of one that is gone.</summary>
    internal Task AddHostedAsync(PeerAddress worker, string model, IReadOnlyCollection<int> layers) =>
        AskAsync<Carried>(new NoteHosted(worker, model, layers));

    /// <summary>A worker is to free all but some layers of one model.</summary>
    /// <returns>Whether it has anything to free, and must be told.</returns>
    internal async Task<bool> KeepHostedAsync(PeerAddress worker, string model, IReadOnlyCollection<int> layers) =>
        (await AskAsync<HostedKept>(new KeepHosted(worker, model, layers)).ConfigureAwait(false)).HasMore;

    /// <summary>Tells the user a sentence.</summary>
    internal void Log(string sentence) => log.Say(sentence);

    /// <summary>Tells all workers that there are, the held ones included.</summary>
    internal void Broadcast(object message)
    {
        foreach (int endpoint in Living())
            process.Tell(endpoint, message);
    }

    /// <summary>Ends every worker and every supervisor.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        managers.Tell(new ClusterOver());
        await stop.CancelAsync().ConfigureAwait(false);
        IReadOnlyList<string> silent = await hub.ShutdownAllAsync().ConfigureAwait(false);
        foreach (string name in silent)
            log.Say($"{name} did not confirm that it ended; it ends by itself when it hears nothing for 20 s.");
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
        process = await ClusterProcess.StartAsync(
            new ProcessOptions
            {
                Endpoint = 0,
                Incarnation = 1,
                Token = token,
                Listen = options.Listen?.Address ?? IPAddress.Loopback,
                Port = options.ControlPort,
                DataPort = options.DataPort,
                Host = PublicHost,
                Identity = identity,
                LocalOnly = options.Listen is null,
                Membership = options.Membership,
                Failed = Fail,
                Loggers = options.Loggers,
            },
            Receive,
            Frame).ConfigureAwait(false);
        prober = new ReachProber(process, 0);
        Shipper = new BlobSender(Blobs, process.Tell, process.Plane.SendAsync);
        StartManagers();
        reading = ReadAsync();
        await StartSupervisorsAsync().ConfigureAwait(false);
        Gathered here = await AskAsync<Gathered>(new Gather(Places), cancellation).ConfigureAwait(false);
        IEnumerable<int> begin = options.MayBeAway ? here.Present : Enumerable.Range(1, Names.Count);
        await Task.WhenAll(begin.Select(endpoint => BeginAsync(endpoint, cancellation))).ConfigureAwait(false);
        await AskAsync<AllProven>(new ProveAll(), cancellation).ConfigureAwait(false);
    }

    private void StartManagers()
    {
        var clock = new WallClock(process.Timer);
        clock.Begin(process.Timer.Now);
        managers = process.System.ActorOf(
            ClusterActor.Props(new ManagerSetting
            {
                Names = Names,
                Supervisors = this,
                Members = this,
                Listener = this,
                Board = board,
                Clock = clock,
                MayBeAway = options.MayBeAway,
                Respawn = options.Respawn,
                Welcome = options.Listen is not null || options.Respawn,
                Advice = options.Listen is null ? "" : $": start one with `{JoinCommand}`",
                StartPatience = Duration.FromTimeSpan(options.StartPatience),
                LeavePatience = Duration.FromTimeSpan(options.LeavePatience),
                ReachPatience = Duration.FromTimeSpan(options.ReachPatience),
            }),
            "cluster");
        process.Guard.Watch(managers, "The actor of the cluster");
        process.WatchMembership((endpoint, incarnation, word) => managers.Tell(new MemberFound(endpoint, incarnation, word)));
        process.System.WhenTerminated.ContinueWith(
            _ => Fail("Akka.Cluster has ended the coordinator's own actor system, which nobody asked it to."), TaskScheduler.Default);
    }

    /// <summary>Starts the supervisors on this machine, or says how those of others join.</summary>
    private async Task StartSupervisorsAsync()
    {
        if (options.Listen is null)
        {
            supervisors = await LocalSupervisors.StartAsync(
                new LocalSupervisorsOptions
                {
                    Names = options.Nodes,
                    Device = options.Device,
                    Secret = secret,
                    LogDirectory = options.LogDirectory,
                    Log = log,
                    NeverJoined = Fail,
                },
                hub).ConfigureAwait(false);
            return;
        }

        if (options.Secret is null && options.Certificates is null)
        {
            JoinFile.Write(hub.ListenEndPoint.Port, secret!);
            joining = true;
        }

        string scenario = Places == Names.Count ? $"{Places} node{(Places == 1 ? "" : "s")}"
            : $"{Places} of the scenario's {Names.Count} nodes (the others may join later)";
        int here = hub.Nodes.Count; // some are quicker than this line
        log.Say($"Waiting for {scenario} to join on {hub.ListenEndPoint}{(here > 0 ? $" ({here} there already)" : "")}: start "
            + $"{(Places == 1 ? "it" : "each")} with `{JoinCommand}`.");
    }

    /// <summary>Has a node that is there at the beginning serve.</summary>
    private async Task BeginAsync(int endpoint, CancellationToken cancellation)
    {
        try
        {
            await ServeAsync(await EnsureAsync(endpoint, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (IOException) when (IsAway(endpoint))
        {
            // it has left again: others do without
        }
    }

    /// <summary>Asks the managers, and waits for what they answer.</summary>
    private async Task<T> AskAsync<T>(object question, CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop.Token);
        return await managers.Ask<T>(question, Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
    }

    private void Receive(object message)
    {
        switch (message)
        {
            case ClockProbe probe:
                process.Tell(probe.Endpoint, new ClockProbed(probe.Sent, process.Timer.Now));
                break;
            case ReachProbe probe:
                prober.Heard(probe);
                break;
            case ProveReach prove:
                prober.Begin(prove);
                break;
            case Reached or NotReached or WorkerHello:
                managers.Tell(message);
                break;
            case OfferBlobs or WantBlobs or BlobsHere or BlobsRefused:
                Shipper.OnMessage(message);
                break;
            case WorkerProblem problem when problem.Endpoint > 0 && problem.Endpoint <= Names.Count:
                Fail($"{NameOf(problem.Endpoint)}: {problem.Reason}");
                break;
            default:
                Received(message);
                break;
        }
    }

    private void Frame(IncomingFrame frame)
    {
        if (frame.Kind != ReachProber.Kind)
        {
            try
            {
                Framed(frame);
            }
            catch (Exception exception) when (exception is not WireFormatException)
            {
                Fail($"A frame of {NameOf(frame.From)} could not be dealt with: {exception.Message}");
            }

            return;
        }

        using (frame)
            prober.Heard(frame);
    }

    private async Task ReadAsync()
    {
        await foreach (HubEvent happened in hub.Events.ReadAllAsync().ConfigureAwait(false))
            managers.Tell(happened);
    }

    /// <summary>The run cannot go on: whoever waits for something learns why.</summary>
    private void Fail(string reason)
    {
        if (stop.IsCancellationRequested || !failure.TrySetException(new ClusterException(reason)))
            return;
        _ = failure.Task.Exception; // observed, also if nobody waits
        managers.Tell(new ClusterFailed(reason));
        Failing?.Invoke(reason);
    }

    void ISupervisors.Send(Order order, IActorRef asker) => _ = CarryAsync(order, asker);

    void ISupervisors.Replace(int endpoint)
    {
        if (supervisors is not null && !stop.IsCancellationRequested)
            _ = ReplaceAsync(supervisors, NameOf(endpoint));
    }

    PeerAddress IMembers.Self => process.Address;

    void IMembers.SetPeer(PeerAddress peer, bool serving)
    {
        process.SetPeer(peer, serving);
        ClusterMetrics.SetMembersUp(board.Living().Count);
    }

    void IMembers.Expel(int endpoint, int incarnation, bool isLatest)
    {
        process.Expel(endpoint, incarnation);
        ClusterMetrics.SetMembersUp(board.Living().Count);
        if (isLatest)
            Shipper.OnPeerLost(endpoint); // what is on its way to a successor goes on
    }

    void IMembers.Tell(int endpoint, object message) => process.Tell(endpoint, message);

    void IClusterListener.Died(int endpoint, int incarnation, bool asked, string how) => Died?.Invoke(endpoint, incarnation, asked, how);

    void IClusterListener.Respawned(PeerAddress worker) => Respawned?.Invoke(worker.Endpoint, worker);

    void IClusterListener.Arrived(PeerAddress worker) => Arrived?.Invoke(worker.Endpoint, worker);

    void IClusterListener.Found(int endpoint, string word) => Found?.Invoke(endpoint, word);

    void IClusterListener.HandOver(int endpoint, long session) => _ = HandOverAsync(endpoint, session);

    void IClusterListener.Failed(string reason) => Fail(reason);

    void IClusterListener.Log(string sentence) => log.Say(sentence);

    void IClusterListener.Detail(string sentence) => log.Detail(sentence);

    private async Task CarryAsync(Order order, IActorRef asker)
    {
        string name = NameOf(order.Endpoint);
        try
        {
            await (order.Kind switch
            {
                OrderKind.Start => StartWorkerAsync(order, name),
                OrderKind.Kill => hub.KillAsync(name, order.Session),
                OrderKind.Stop => hub.StopAsync(name),
                OrderKind.Continue => hub.ContinueAsync(name),
                OrderKind.Shutdown => hub.ShutdownAsync(name, order.Session),
                _ => hub.RefuseAsync(name, order.Session, order.Reason),
            }).ConfigureAwait(false);
            asker.Tell(new OrderDone(order));
        }
        catch (NodeCommandException exception)
        {
            asker.Tell(new OrderDone(order, exception.Message, hub.Nodes.All(node => node.Session != order.Session)));
        }
        catch (Exception exception)
        {
            Fail($"{name} could not be told to {order.Kind}: {exception.Message}");
            asker.Tell(new OrderDone(order, exception.Message));
        }
    }

    private Task<CommandResult> StartWorkerAsync(Order order, string name)
    {
        NodeInfo info = hub.Nodes.FirstOrDefault(node => node.Session == order.Session)
            ?? throw new NodeCommandException($"There is no node {name} in the cluster any more that this was meant for.");
        var settings = new WorkerSettings
        {
            Endpoint = order.Endpoint,
            Token = token,
            Coordinator = process.Address,
            Grant = authority.Grant(string.Create(CultureInfo.InvariantCulture, $"{name}, incarnation {order.Incarnation}")),
            LocalOnly = options.Listen is null,
            AkkaPort = info.Capabilities.ListenPort ?? 0,
            DataPort = info.Capabilities.DataPort ?? 0,
            Listen = info.Capabilities.ListenHost ?? ListenAddress(info).ToString(),
            Host = info.Host,
            Computes = options.Computes,
            Threads = info.Capabilities.Threads ?? options.WorkerThreads,
            Device = options.Device(name) ?? info.Capabilities.Device,
            BootId = MachineClock.BootId(),
            HeartbeatPause = options.Membership.AcceptableHeartbeatPause.Nanoseconds,
            StableAfter = options.Membership.StableAfter.Nanoseconds,
            Verbose = options.Verbose,
        };
        return hub.StartWorkerAsync(name, order.Incarnation, settings.ToJson(), order.Session);
    }

    /// <summary>
    /// The address that a worker listens on whose user did not say: of the family by which the others go to it, and without a secret this machine's own.
    /// </summary>
    private IPAddress ListenAddress(NodeInfo node)
    {
        IPAddress host = HostAddress.Literal(node.Host) ?? (node.From.Address.IsIPv4MappedToIPv6 ? node.From.Address.MapToIPv4() : node.From.Address);
        bool isV6 = host.AddressFamily == AddressFamily.InterNetworkV6;
        return options.Listen is null || (options.Secret is null && options.Certificates is null) ? isV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback : isV6
            ? IPAddress.IPv6Any : IPAddress.Any;
    }

    private async Task ReplaceAsync(LocalSupervisors local, string name)
    {
        try
        {
            await local.RestartAsync(name).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            Fail($"The supervisor of {name} could not be started again: {exception.Message}");
        }
        catch (Exception exception)
        {
            Fail($"Replacing {name} failed: {exception.Message}");
        }
    }

    private async Task HandOverAsync(int endpoint, long session)
    {
        string? problem = null;
        try
        {
            await HandOver(endpoint).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // what it hosted them for is over
        }
        catch (IOException exception)
        {
            problem = exception.Message;
        }
        catch (Exception exception)
        {
            Fail($"The leave of {NameOf(endpoint)} failed: {exception.Message}");
        }

        managers.Tell(new HandedOver(endpoint, session, problem));
    }

    private string NameOf(int endpoint) => endpoint == 0 ? "the coordinator" : Names[endpoint - 1];

    /// <summary>How many nodes must have joined before anything begins.</summary>
    private int Places => Math.Min(options.Workers ?? Names.Count, Names.Count);

    /// <summary>The name under which others reach this machine.</summary>
    private string PublicHost => options.PublicHost ?? (options.Listen?.Address ?? IPAddress.Loopback) switch
    {
        var any when any.Equals(IPAddress.Any) || any.Equals(IPAddress.IPv6Any) => Dns.GetHostName(),
        var one => one.ToString(),
    };

    /// <summary>How a node joins.</summary>
    private string JoinCommand => $"layershuffle node --join {HostAddress.Text(PublicHost, hub.ListenEndPoint.Port)}{options.JoinSecurity}";
}
