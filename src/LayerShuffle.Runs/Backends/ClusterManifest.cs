using System.Text.Json.Nodes;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Backends;

/// <summary>The part of <c>run.json</c> about a real cluster: what its nodes have, and which layers they hosted. It differs between machines.</summary>
internal sealed class ClusterManifest
{
    private readonly JsonArray nodes = [], strained = [];
    private readonly List<(string Text, JsonObject Json)> placements = [];

    /// <summary>The nodes, once they have joined.</summary>
    /// <param name="shares">What they have.</param>
    /// <param name="cluster">The widest cluster of the scenario, filled from that.</param>
    public void Nodes(NodeShares shares, ClusterSpec cluster)
    {
        foreach (NodeSpec node in cluster.Nodes)
        {
            NodeShare? share = shares.All.FirstOrDefault(each => each.Node.Name == node.Name);
            nodes.Add(new JsonObject
            {
                ["name"] = node.Name,
                ["machine"] = share?.Node.Capabilities.Machine,
                ["address"] = share?.Node.From.Address.ToString(),
                ["cores"] = share?.Node.Capabilities.Cores,
                ["memory_mb"] = Megabytes(share?.Node.Capabilities.MemoryBytes),
                ["gpus"] = new JsonArray([.. (share?.Node.Capabilities.Gpus ?? []).Select(gpu => (JsonNode)gpu)]),
                ["device"] = share?.Device,
                ["capacity"] = node.Capacity,
                ["may_host_mb"] = Megabytes(node.MemoryBytes),
            });
        }
    }

    /// <summary>Layers are placed for a training.</summary>
    public void Training(string model, ClusterSpec cluster, Placement placement) => ((JsonArray)Find(cluster, placement)["trainings"]!).Add(model);

    /// <summary>Layers are placed for a trial.</summary>
    public void Trial(int trial, ClusterSpec cluster, Placement placement) => ((JsonArray)Find(cluster, placement)["trials"]!).Add(trial);

    /// <summary>A trial's times are partly those of a machine that was too busy.</summary>
    public void Strained(int trial, TrialStrain strain) => strained.Add(new JsonObject
    {
        ["trial"] = trial,
        ["latest_fault"] = strain.Latest,
        ["fault_late_ms"] = Math.Round(strain.FaultLate.TotalMilliseconds, 3),
        ["resends_unexplained"] = strain.Unexplained,
        ["timer_late_ms"] = Math.Round(strain.TimerLate.TotalMilliseconds, 3),
    });

    /// <summary>All of it; null where there is no cluster.</summary>
    public JsonObject? ToJson() => nodes.Count == 0 ? null : new JsonObject
    {
        ["nodes"] = nodes.DeepClone(),
        ["trials_strained"] = strained.DeepClone(),
        ["placements"] = new JsonArray([.. placements.Select(placement => placement.Json.DeepClone())]),
    };

    private JsonObject Find(ClusterSpec cluster, Placement placement)
    {
        string text = PlacementText.Of(cluster, placement);
        int at = placements.FindIndex(known => known.Text == text);
        if (at >= 0)
            return placements[at].Json;
        var layers = new JsonObject();
        for (int node = 0; node < cluster.Nodes.Count; node++)
            layers[cluster.Nodes[node].Name] = new JsonArray([.. placement.LayersOn(node + 1).Select(layer => (JsonNode)layer)]);
        var json = new JsonObject { ["layers"] = layers, ["trainings"] = new JsonArray(), ["trials"] = new JsonArray() };
        placements.Add((text, json));
        return json;
    }

    private static double? Megabytes(long? bytes) => bytes is { } known ? Math.Round(known / 1e6, 3) : null;
}
