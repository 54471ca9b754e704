using System.Net;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Cluster.Wall;

/// <summary>A cluster on the wall clock, as a run wants it.</summary>
public sealed record WallClusterOptions
{
    /// <summary>The nodes' names, in order: endpoint k is the k-th.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>Where supervisors join; null starts them on this machine.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>How many nodes must have joined before anything begins; null: all.</summary>
    public int? Workers { get; init; }

    /// <summary>
    /// Whether nodes may be away: not joined yet, or gone. Others host their layers meanwhile. Otherwise a node that is not there is waited for.
    /// </summary>
    public bool MayBeAway { get; init; }

    /// <summary>How long a node that wants to leave is kept until others have its layers; what it hosts is lost then.</summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The name under which workers reach this machine; null: the address listened on.</summary>
    public string? PublicHost { get; init; }

    /// <summary>The port of the coordinator's own actor system; 0 for any.</summary>
    public int ControlPort { get; init; }

    /// <summary>The port of the coordinator's own data plane; 0 for any.</summary>
    public int DataPort { get; init; }

    /// <summary>
    /// How the command line of a node names the cluster's secret or certificates: what the advice to start one ends with. Empty: there are none.
    /// </summary>
    public string JoinSecurity { get; init; } = "";

    /// <summary>The secret that nodes join by. Null, without certificates: one is drawn, and only this user's processes on this machine can have it.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>The certificates that nodes join by, instead of a secret; stays the caller's.</summary>
    public ClusterIdentity? Certificates { get; init; }

    /// <summary>Identifies the run: members of another are refused.</summary>
    public required string ScenarioHash { get; init; }

    /// <summary>Whether workers host layers of models; otherwise they need no libtorch, and load none.</summary>
    public bool Computes { get; init; } = true;

    /// <summary>Computing threads of a worker that does not say otherwise.</summary>
    public int WorkerThreads { get; init; } = 1;

    /// <summary>Device of a node's worker; null leaves it to the supervisor.</summary>
    public Func<string, string?> Device { get; init; } = _ => null;

    /// <summary>Whether a worker that dies without a fault asking for it is started again.</summary>
    public bool Respawn { get; init; } = true;

    /// <summary>How patient the cluster is with members that it cannot reach.</summary>
    public MembershipSpec Membership { get; init; } = MembershipSpec.Default;

    /// <summary>Where the nodes' logs go; null for nowhere.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Takes what happens, in sentences, and where it wants that what Akka says in this process.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Whether workers write down more than they need to: details, and warnings of Akka.</summary>
    public bool Verbose { get; init; }

    /// <summary>
    /// How long to wait, after the last that was heard, for word that processes reach one another; a third of it where connections fail rather than hang.
    /// </summary>
    public TimeSpan ReachPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a worker may take to start.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(120);
}
