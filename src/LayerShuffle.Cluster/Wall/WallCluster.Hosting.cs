using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Wall;

/// <content>Which layers of trained models the workers host.</content>
public sealed partial class WallCluster
{
    /// <summary>The layers of a model that a node's worker hosts, ascending.</summary>
    internal int[] Hosted(int endpoint, string model)
    {
        lock (gate)
            return nodes[endpoint - 1].Hosted.Of(model);
    }

    /// <summary>Those of some layers of a model that a worker does not host yet.</summary>
    internal int[] NotHosted(int endpoint, string model, IEnumerable<int> layers)
    {
        lock (gate)
            return nodes[endpoint - 1].Hosted.Missing(model, layers);
    }

    /// <summary>A worker hosts layers of a model; nothing is noted of one that is gone.</summary>
    internal void AddHosted(PeerAddress worker, string model, IEnumerable<int> layers)
    {
        lock (gate)
        {
            if (nodes[worker.Endpoint - 1] is { } node && node.Incarnation == worker.Incarnation)
                node.Hosted.Add(model, layers);
        }
    }

    /// <summary>A worker is to free all but some layers of one model.</summary>
    /// <returns>Whether it has anything to free, and must be told.</returns>
    internal bool KeepHosted(PeerAddress worker, string model, IReadOnlyCollection<int> layers)
    {
        lock (gate)
            return nodes[worker.Endpoint - 1] is { } node && node.Incarnation == worker.Incarnation && node.Hosted.Keep(model, layers);
    }
}
