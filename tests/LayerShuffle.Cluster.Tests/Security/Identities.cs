using System.Collections.Concurrent;
using LayerShuffle.Security;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Identities of processes of some runs, each of which has a name here.</summary>
internal static class Identities
{
    private static readonly ConcurrentDictionary<string, RunAuthority> Runs = [];

    /// <summary>One more process of a run.</summary>
    public static ClusterIdentity Of(ReadOnlySpan<byte> run) => ClusterIdentity.FromGrant(Grant(run));

    /// <summary>What one more process of a run is given.</summary>
    public static ClusterGrant Grant(ReadOnlySpan<byte> run) => Runs.GetOrAdd(Convert.ToHexString(run), _ => new RunAuthority()).Grant("node-1, incarnation 1");
}
