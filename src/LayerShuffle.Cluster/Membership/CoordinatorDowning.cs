using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// A split-brain resolver that keeps the coordinator, whoever cannot reach whom: only its process downs others, a node's process only itself. Made by Akka.Cluster, by the name of its type in the configuration.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="cluster">Its cluster, which may still be starting.</param>
internal sealed class CoordinatorDowning(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    /// <summary>The roles of members.</summary>
    public const string CoordinatorRole = "coordinator", NodeRole = "node";

    private const string StableAfterPath = "layershuffle.downing.stable-after";

    /// <summary>Nothing of ours (shards, singletons) waits for members to be removed.</summary>
    public TimeSpan DownRemovalMargin => TimeSpan.Zero;

    public Props DowningActorProps
    {
        get
        {
            TimeSpan stableAfter = system.Settings.Config.GetTimeSpan(StableAfterPath);
            return Props.Create(() => new DowningActor(cluster, stableAfter));
        }
    }

    /// <summary>
    /// The configuration that has Akka.Cluster use it. All members watch one another: a node that did not watch the coordinator could not know whether it still reaches it.
    /// </summary>
    /// <param name="stableAfter">How long nothing may have changed before anybody goes; whole milliseconds count.</param>
    public static Config Config(TimeSpan stableAfter) => ConfigurationFactory.ParseString($$"""
        akka.cluster {
          downing-provider-class = "{{typeof(CoordinatorDowning).FullName}}, {{typeof(CoordinatorDowning).Assembly.GetName().Name}}"
          failure-detector.monitored-by-nr-of-members = 1000
        }
        {{StableAfterPath}} = {{(long)stableAfter.TotalMilliseconds}}ms
        """);
}
