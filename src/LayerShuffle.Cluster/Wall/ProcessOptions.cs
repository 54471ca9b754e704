using System.Net;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Cluster.Wall;

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
