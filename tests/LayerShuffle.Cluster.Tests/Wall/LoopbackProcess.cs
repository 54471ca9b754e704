using System.Net;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Transport.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>Starts what a process of the cluster has, within the test's own process and with real sockets between them.</summary>
internal static class LoopbackProcess
{
    /// <param name="endpoint">0 for the coordinator.</param>
    /// <param name="coordinator">The coordinator's; null for itself.</param>
    /// <param name="membership">Its patience.</param>
    /// <param name="secret">Stands for the run; null: one that is on this machine only.</param>
    /// <param name="received">Takes control messages.</param>
    /// <param name="framed">Takes frames of the data plane, which are its own then.</param>
    /// <param name="listen">Where it listens; null: 127.0.0.1.</param>
    /// <param name="host">Where others find it; null: where it listens.</param>
    /// <param name="log">Told what goes wrong.</param>
    /// <param name="verbose">Whether it is told what Akka warns of, too.</param>
    public static Task<ClusterProcess> StartAsync(
        int endpoint, ClusterProcess? coordinator, MembershipSpec membership, byte[]? secret, Action<object> received, Action<IncomingFrame> framed,
            IPAddress? listen = null, string? host = null,
        Action<string>? log = null, bool verbose = false)
    {
        var options = new ProcessOptions
        {
            Endpoint = endpoint,
            Incarnation = 1,
            Token = 7,
            Listen = listen ?? IPAddress.Loopback,
            Host = host ?? (listen ?? IPAddress.Loopback).ToString(),
            Identity = Identities.Of(secret ?? "any run at all"u8.ToArray()),
            LocalOnly = secret is null,
            Seed = coordinator is null ? null : (coordinator.Address.Host, coordinator.Address.AkkaPort),
            Membership = membership,
            Loggers = log is null ? NullLoggerFactory.Instance
                : LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(new HeardLog(log, verbose))),
        };
        return ClusterProcess.StartAsync(options, received, framed);
    }
}
