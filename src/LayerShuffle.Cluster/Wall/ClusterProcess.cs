using System.Collections.Concurrent;
using System.Net;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Remote.Hosting;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Logs;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Transport.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// One process of a real cluster: an Akka.Cluster actor system for control messages, a data plane for tensors, a precise timer, and the addresses of the
/// others. The coordinator's process and the workers differ only in what they do with what arrives.
/// </summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private const string SystemName = "layershuffle";
    private const int MostTold = 20; // strangers at the door; they must not fill a log
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(5), EndPatience = TimeSpan.FromSeconds(15);
    private readonly ProcessOptions options;
    private readonly ServiceProvider services;
    private readonly ConcurrentDictionary<int, PeerAddress> peers = []; // those that serve
    private readonly ConcurrentDictionary<int, int> known = [];         // newest incarnation of each
    private readonly ConcurrentDictionary<int, ActorSelection> inboxes = [];
    private readonly ConcurrentDictionary<int, Address> addresses = []; // of their actor systems
    private readonly ConcurrentDictionary<Address, (int Endpoint, int Incarnation)> members = []; // all that ever were

    private volatile bool over;

    private ClusterProcess(ProcessOptions options, ServiceProvider services, MembershipGate gate, Action<object> received, Action<IncomingFrame> framed)
    {
        (this.options, this.services, Gate) = (options, services, gate);
        System = services.GetRequiredService<ActorSystem>();
        Plane = new DataPlane(
            new DataPlaneOptions
            {
                Endpoint = options.Endpoint,
                Incarnation = options.Incarnation,
                Token = options.Token,
                Listen = new(options.Listen, options.DataPort),
                LocalOnly = options.LocalOnly
            }, options.Identity, framed, options.Loggers.CreateLogger<DataPlane>());
        Timer = new PreciseTimer(TimeProvider.System, exception =>
        {
            if (!over)
                options.Failed($"A timer failed: {exception.Message}");
        });
        Guard = new ActorGuard(System, ended => options.Failed(ended.Message));
        IActorGuard guard = Guard;
        Inbox = System.ActorOf(Props.Create(() => new InboxActor(received, guard)), InboxActor.Name);
        Guard.Watch(Inbox, "The inbox of this process");
        Address = new PeerAddress(options.Endpoint, options.Host, Akka.Cluster.Cluster.Get(System).SelfAddress.Port ?? 0, Plane.ListenEndPoint.Port,
            options.Incarnation);
    }

    public ActorSystem System { get; }

    public DataPlane Plane { get; }

    public PreciseTimer Timer { get; }

    public IActorRef Inbox { get; }

    /// <summary>Watches over the actors without which this process is of no use.</summary>
    public ActorGuard Guard { get; }

    /// <summary>Who belongs to the cluster.</summary>
    public ClusterIdentity Identity => options.Identity;

    /// <summary>Where messages of Akka.Cluster leave this process.</summary>
    public MembershipGate Gate { get; }

    /// <summary>Where this process is reached.</summary>
    public PeerAddress Address { get; }

    /// <summary>Starts the actor system and the data plane; a worker joins the coordinator's cluster.</summary>
    /// <param name="options">Who it is.</param>
    /// <param name="received">Takes control messages, one at a time, on the inbox actor.</param>
    /// <param name="framed">Takes frames of the data plane, which it owns.</param>
    /// <exception cref="ClusterException">An address cannot be listened on.</exception>
    public static async Task<ClusterProcess> StartAsync(ProcessOptions options, Action<object> received, Action<IncomingFrame> framed)
    {
        // Akka's own words for it do not say what stands in the way. The ports of a worker that was killed may be taken for a moment.
        TimeSpan patience = options.Seed is null ? TimeSpan.Zero : PortPatience;
        await Listener.WaitAsync(new IPEndPoint(options.Listen, options.Port), "control messages", "--control-port", patience).ConfigureAwait(false);
        await Listener.WaitAsync(new IPEndPoint(options.Listen, options.DataPort), "activations", "--data-port", patience).ConfigureAwait(false);
        var gate = new MembershipGate();
        var collection = new ServiceCollection();
        collection.AddSingleton(options.Loggers);
        var filter = new InboundFilter(options.Seed is null, options.Loggers.CreateLogger<InboundFilter>());
        collection.AddAkka(SystemName, (builder, _) => Configure(builder.AddSetup(new MembershipSetup(gate, filter)), options));
        ServiceProvider services = collection.BuildServiceProvider();
        try
        {
            var process = new ClusterProcess(options, services, gate, received, framed); // it starts the actor system
            if (options.Seed is null)
                Akka.Cluster.Cluster.Get(process.System).Join(Akka.Cluster.Cluster.Get(process.System).SelfAddress);
            return process;
        }
        catch
        {
            await services.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says where an endpoint is (again).</summary>
    /// <param name="peer">Where.</param>
    /// <param name="serving">Whether it takes part; one that is held for a later restart is only told things.</param>
    public void SetPeer(PeerAddress peer, bool serving = true)
    {
        if (peer.Endpoint == options.Endpoint || (known.TryGetValue(peer.Endpoint, out int newest) && newest > peer.Incarnation))
            return;
        known[peer.Endpoint] = peer.Incarnation;
        Address address = addresses[peer.Endpoint] = SystemAddress(peer.Host, peer.AkkaPort);
        members[address] = (peer.Endpoint, peer.Incarnation);
        Gate.SetPeer(address.Host!, peer.AkkaPort, peer.Endpoint);
        inboxes[peer.Endpoint] = System.ActorSelection($"{address}/user/{InboxActor.Name}");
        Plane.SetPeer(peer.Endpoint, peer.Host, peer.DataPort, peer.Incarnation);
        if (serving)
            peers[peer.Endpoint] = peer;
    }

    /// <summary>Forgets an endpoint's incarnation, or an older one: it is gone.</summary>
    public void RemovePeer(int endpoint, int incarnation)
    {
        if (!known.TryGetValue(endpoint, out int newest) || newest > incarnation)
            return;
        peers.TryRemove(endpoint, out _);
        inboxes.TryRemove(endpoint, out _);
        Plane.RemovePeer(endpoint);
    }

    /// <summary>
    /// Forgets an endpoint's incarnation that is known to be dead, and has the cluster count it as down at once: while the failure detector makes up its mind,
    /// nobody new could join. The coordinator's alone to call.
    /// </summary>
    public void Expel(int endpoint, int incarnation)
    {
        if (known.TryGetValue(endpoint, out int newest) && newest <= incarnation && addresses.TryRemove(endpoint, out Address? address))
            Akka.Cluster.Cluster.Get(System).Down(address);
        RemovePeer(endpoint, incarnation);
    }

    /// <summary>
    /// Tells from now on what Akka.Cluster finds out about endpoints: (endpoint, incarnation, one of the words of <see cref="MembershipWatch"/>), on the
    /// watching actor.
    /// </summary>
    public void WatchMembership(Action<int, int, string> seen)
    {
        Action<Address, string> found = (address, effect) =>
        {
            if (members.TryGetValue(address, out (int Endpoint, int Incarnation) member))
                seen(member.Endpoint, member.Incarnation, effect);
        };
        Guard.Watch(System.ActorOf(Props.Create(() => new MembershipWatch(found)), "membership"), "The watch over the cluster's members");
    }

    /// <summary>All endpoints that serve, this one included.</summary>
    public PeerAddress[] Serving() => [Address, .. peers.Values.OrderBy(peer => peer.Endpoint)];

    /// <summary>The incarnation of an endpoint that serves, or null.</summary>
    public int? IncarnationOf(int endpoint) => endpoint == options.Endpoint ? options.Incarnation : peers.GetValueOrDefault(endpoint)?.Incarnation;

    /// <summary>Tells an endpoint's process; nothing happens if it is gone.</summary>
    public void Tell(int endpoint, object message)
    {
        if (endpoint == options.Endpoint)
            Inbox.Tell(message);
        else if (inboxes.TryGetValue(endpoint, out ActorSelection? inbox))
            inbox.Tell(message, ActorRefs.NoSender);
    }

    public async ValueTask DisposeAsync()
    {
        over = true;
        Guard.Dispose();
        await Plane.DisposeAsync().ConfigureAwait(false);
        Timer.Dispose();
        await Task.WhenAny(System.Terminate(), Task.Delay(EndPatience)).ConfigureAwait(false);
        if (!System.WhenTerminated.IsCompleted)
            options.Loggers.CreateLogger<ClusterProcess>().Say($"The actor system has not ended within {EndPatience.TotalSeconds:0} s.");
        await services.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>An actor system's address as Akka writes it: IPv6 in brackets.</summary>
    private static Address SystemAddress(string host, int port) =>
        new("akka.ssl.tcp", SystemName, HostAddress.Bracketed(host), port);

    private static void Configure(AkkaConfigurationBuilder builder, ProcessOptions options)
    {
        var remote = new RemoteOptions
        {
            HostName = options.Listen.ToString(),
            PublicHostName = options.Host,
            Port = options.Port,
            TransportFailureDetector = new() { AcceptableHeartbeatPause = TimeSpan.FromSeconds(30) },
        };
        ClusterIdentity identity = options.Identity;
        ILogger doors = options.Loggers.CreateLogger<ClusterProcess>();
        int told = 0;
        remote.EnableSsl = true;
        remote.Ssl = new SslOptions
        {
            X509Certificate = identity.Certificate,
            RequireMutualAuthentication = true,
            ValidateCertificateHostname = false, // the certificate is the identity: machines change addresses
            CustomValidator = (certificate, _, _, _, _) =>
            {
                if (identity.Accepts(certificate, out string why))
                    return true;
                if (Interlocked.Increment(ref told) <= MostTold)
                    doors.Say($"Refused a connection to the actor system: {why}");
                return false;
            },
        };

        builder
            .AddHocon(ClusterSerialization.Config(), HoconAddMode.Prepend)
            .AddHocon(Quiet, HoconAddMode.Prepend)
            .AddHocon(MembershipTransportProvider.Config, HoconAddMode.Prepend)
            .AddHocon(CoordinatorDowning.Config(options.Membership.StableAfter.ToTimeSpan()), HoconAddMode.Prepend)
            .WithRemoting(remote)
            .WithClustering(new ClusterOptions
            {
                Roles = [options.Seed is null ? CoordinatorDowning.CoordinatorRole : CoordinatorDowning.NodeRole],
                SeedNodes = options.Seed is { } seed ? [SystemAddress(seed.Host, seed.Port).ToString()] : [],
                FailureDetector = new() { AcceptableHeartbeatPause = options.Membership.AcceptableHeartbeatPause.ToTimeSpan() },
            });
        ILogger akka = options.Loggers.CreateLogger(Sentences.Akka);
        if (akka.IsEnabled(LogLevel.Warning)) // else it says nothing, and has no logger
        {
            builder.ConfigureLoggers(setup =>
            {
                setup.LogLevel = akka.IsEnabled(LogLevel.Debug) ? Akka.Event.LogLevel.DebugLevel
                    : akka.IsEnabled(LogLevel.Information) ? Akka.Event.LogLevel.InfoLevel : Akka.Event.LogLevel.WarningLevel;
                setup.ClearLoggers();
                setup.AddLoggerFactory(new AkkaLoggers(options.Loggers));
            });
        }
    }

    // Akka.Remote's batching keeps a flush back until a read is over, of whose end it seems not to hear always behind TLS: what is written alone, as the answer
    // to a handshake is, then waits for whatever comes next, seconds long. A member is up some two steps of leader and gossip after it has joined.
    private static Config Quiet { get; } = ConfigurationFactory.ParseString($$"""
        akka {
          stdout-loglevel = OFF
          loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown.exit-clr = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          coordinated-shutdown.run-by-actor-system-terminate = off
          remote.untrusted-mode = on
          remote.trusted-selection-paths = ["/user/{{InboxActor.Name}}", "/system/cluster/core/daemon", "/system/cluster/heartbeatReceiver"]
          remote.dot-netty.tcp.batching.enabled = false
          remote.dot-netty.tcp.maximum-frame-size = 4MiB
          remote.dot-netty.tcp.send-buffer-size = 8MiB
          remote.dot-netty.tcp.receive-buffer-size = 8MiB
          cluster.seed-node-timeout = 2s
          cluster.retry-unsuccessful-join-after = 4s
          cluster.leader-actions-interval = 200ms
          cluster.gossip-interval = 500ms
          cluster.periodic-tasks-initial-delay = 200ms
        }
        """);
}

/// <summary>How a process of a cluster (the coordinator's, or a worker) takes part in it.</summary>
internal sealed record ProcessOptions
{
    /// <summary>Its endpoint.</summary>
    public required int Endpoint { get; init; }

    /// <summary>Its incarnation.</summary>
    public required int Incarnation { get; init; }

    /// <summary>What all processes of a run have in common.</summary>
    public required ulong Token { get; init; }

    /// <summary>The address to listen on.</summary>
    public required IPAddress Listen { get; init; }

    /// <summary>The port of the actor system; 0 for any.</summary>
    public int Port { get; init; }

    /// <summary>The port of the data plane; 0 for any.</summary>
    public int DataPort { get; init; }

    /// <summary>The name under which others reach it.</summary>
    public required string Host { get; init; }

    /// <summary>Who belongs to the cluster; stays the caller's.</summary>
    public required ClusterIdentity Identity { get; init; }

    /// <summary>Whether the whole cluster is on this machine: tensors travel unencrypted then.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>Where the coordinator's actor system is; null in the coordinator itself.</summary>
    public (string Host, int Port)? Seed { get; init; }

    /// <summary>How patient it is with members that it cannot reach; the same in all processes.</summary>
    public MembershipSpec Membership { get; init; } = MembershipSpec.Default;

    /// <summary>Told in a sentence what this process cannot go on without: an actor of its own that ended, a timer that failed.</summary>
    public Action<string> Failed { get; init; } = _ => { };

    /// <summary>Takes what is said here and, where it wants that, by Akka.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>
/// The actor under which a process is known to the others: all control messages between processes go to it. What it cannot deal with is told; it goes on.
/// </summary>
internal sealed class InboxActor : ReceiveActor
{
    /// <summary>Its name under <c>/user</c>.</summary>
    public const string Name = "endpoint";

    public InboxActor(Action<object> received, IActorGuard guard) => ReceiveAny(message =>
    {
        try
        {
            received(message);
        }
        catch (Exception exception)
        {
            guard.Failed(Self, new InvalidOperationException($"{message.GetType().Name}: {exception.Message}", exception));
        }
    });
}
