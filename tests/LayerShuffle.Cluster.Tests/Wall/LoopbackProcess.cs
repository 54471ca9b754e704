using System.Net;
using LayerShuffle.Cluster.Security;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Cluster.Wire;
using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>Starts what a process of the cluster has, within the test's own process and with real sockets between them.</summary>
internal static class LoopbackProcess
{
    /// <param name="endpoint">0 for the coordinator.</param>
    /// <param name="coordinator">The coordinator's; null for itself.</param>
    /// <param name="membership">Its patience.</param>
    /// <param name="secret">The cluster's, if it has one.</param>
    /// <param name="received">Takes control messages.</param>
    /// <param name="framed">Takes frames of the data plane, which are its own then.</param>
    /// <param name="listen">Where it listens; null: 127.0.0.1.</param>
    /// <param name="host">Where others find it; null: where it listens.</param>
    public static Task<ClusterProcess> StartAsync(
        int endpoint, ClusterProcess? coordinator, MembershipSpec membership, byte[]? secret, Action<object> received, Action<IncomingFrame> framed, IPAddress? listen = null, string? host = null)
    {
        var options = new ProcessOptions
        {
            Endpoint = endpoint,
            Incarnation = 1,
            Token = 7,
            Listen = listen ?? IPAddress.Loopback,
            Host = host ?? (listen ?? IPAddress.Loopback).ToString(),
            Identity = secret is null ? null : ClusterIdentity.FromSecret(secret),
            Seed = coordinator is null ? null : (coordinator.Address.Host, coordinator.Address.AkkaPort),
            Membership = membership,
            Log = _ => { },
        };
        return ClusterProcess.StartAsync(options, received, framed);
    }
}
