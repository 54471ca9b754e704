namespace LayerShuffle.Core.Clusters;

/// <summary>How layers are placed on nodes.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Layers">For <see cref="PlacementKind.Explicit"/>: node name → layer ids.</param>
public sealed record PlacementSpec(PlacementKind Kind, IReadOnlyDictionary<string, IReadOnlyList<int>>? Layers)
{
    /// <summary>Layer i on node (i mod nodes)+1; copy c of it on node ((i + c·L) mod nodes)+1, moved on where that node already holds a copy.</summary>
    public static PlacementSpec RoundRobin { get; } = new(PlacementKind.RoundRobin, null);

    /// <summary>The same without further copies of layers that are listed on several nodes: copy 0 alone, which is on the first of them.</summary>
    /// <param name="nodes">The cluster's nodes, in order.</param>
    public PlacementSpec FirstCopies(IReadOnlyList<NodeSpec> nodes)
    {
        if (Layers is null)
            return this;
        HashSet<int> seen = [];
        var first = new OrderedDictionary<string, IReadOnlyList<int>>();
        foreach (string name in nodes.Select(node => node.Name).Where(Layers.ContainsKey))
            first.Add(name, [.. Layers[name].Where(seen.Add)]);
        return this with { Layers = first };
    }
}

/// <summary>Placement rules.</summary>
public enum PlacementKind
{
    /// <summary>Layer i on node (i mod nodes)+1.</summary>
    RoundRobin,

    /// <summary>Runs of neighbouring layers on each node, as even as can be.</summary>
    Blocks,

    /// <summary>As the scenario lists them.</summary>
    Explicit,

    /// <summary>Each layer in turn where capacity ÷ (layers there + 1) is greatest, within limits of memory: highest averages, by D'Hondt's divisors.</summary>
    Capacity,
}

/// <summary>Layers do not fit into the memory of the nodes.</summary>
/// <param name="problem">What does not fit where, as a clause: <c>node-1 may host 50 MB, but is given 2 layers of 28 MB each</c>.</param>
/// <param name="remedy">What would do, as a noun: <c>at least 56 MB of `memory` there</c>.</param>
public sealed class PlacementException(string problem, string remedy) : Exception($"The layers do not fit: {problem}. It takes {remedy}.")
{
    /// <summary>What does not fit where, as a clause.</summary>
    public string Problem { get; } = problem;

    /// <summary>What would do, as a noun.</summary>
    public string Remedy { get; } = remedy;
}

/// <summary>Which endpoints host which layers. Endpoint k+1 is node k of the cluster, as in the topology.</summary>
public sealed class Placement
{
    private readonly int[][] copies;
    private readonly int[][] hosted;

    private Placement(int[][] copies, int nodes)
    {
        this.copies = copies;
        var layersOn = new List<int>?[nodes + 1];
        for (int layer = 0; layer < copies.Length; layer++)
            foreach (int endpoint in copies[layer].Distinct())
                (layersOn[endpoint] ??= []).Add(layer);
        hosted = [.. layersOn.Select(layers => layers?.ToArray() ?? [])];
    }

    /// <summary>Number of layers.</summary>
    public int Layers => copies.Length;

    /// <summary>The endpoints that host a layer, copy 0 first; no two are the same.</summary>
    public IReadOnlyList<int> Copies(int layer) => copies[layer];

    /// <summary>The layers that an endpoint hosts, ascending; none on the coordinator.</summary>
    public IReadOnlyList<int> LayersOn(int endpoint) => hosted[endpoint];

    /// <summary>Places every copy of every layer.</summary>
    /// <param name="cluster">The nodes and the rule.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="replicas">Copies of every layer, in all.</param>
    /// <param name="layerBytes">What a layer takes of a node's memory, in bytes; null: not known, so that memory sets no limit.</param>
    /// <exception cref="ArgumentException">There are too few nodes for the replicas, or an explicit placement names what does not exist or leaves a layer
    /// out.</exception>
    /// <exception cref="PlacementException">A node's memory does not hold what is placed on it, or a layer fits nowhere.</exception>
    public static Placement Compute(ClusterSpec cluster, int layers, int replicas, long? layerBytes = null)
    {
        int nodes = cluster.Nodes.Count;
        ArgumentOutOfRangeException.ThrowIfNegative(layers);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        if (replicas > nodes)
            throw new ArgumentException($"{replicas} replicas of a layer need as many nodes, and the cluster has {nodes}: lower routing.replicas or add nodes.",
                nameof(replicas));
        Placement placement = cluster.Placement.Kind switch
        {
            PlacementKind.RoundRobin => RoundRobin(nodes, layers, replicas),
            PlacementKind.Blocks => Blocks(nodes, layers, replicas),
            PlacementKind.Explicit => Explicit(cluster, layers, replicas),
            PlacementKind.Capacity => Capacity(cluster, layers, replicas, layerBytes),
            _ => throw new ArgumentException($"There is no placement rule {cluster.Placement.Kind}.", nameof(cluster)),
        };
        foreach ((_, PlacementException mistake) in placement.Overfull(cluster, layerBytes))
            throw mistake;
        return placement;
    }

    /// <summary>What is wrong with each node whose memory does not hold its layers, in the cluster's order.</summary>
    /// <param name="cluster">The nodes that this placement was computed for.</param>
    /// <param name="layerBytes">What a layer takes of a node's memory, in bytes; null: not known, so that nothing is wrong.</param>
    /// <returns>The node's index in the cluster and what is wrong.</returns>
    public IEnumerable<(int Node, PlacementException Mistake)> Overfull(ClusterSpec cluster, long? layerBytes)
    {
        for (int node = 0; node < cluster.Nodes.Count; node++)
        {
            int count = hosted[node + 1].Length;
            if (layerBytes is { } each && count > HighestAverages.Room(cluster.Nodes[node].MemoryBytes, each))
            {
                yield return (node, new PlacementException(
                    $"{cluster.Nodes[node].Name} may host {DataSize.Text(cluster.Nodes[node].MemoryBytes!.Value)}, but is given "
                        + $"{(count == 1 ? $"a layer of {DataSize.Text(each)}" : $"{count} layers of {DataSize.Text(each)} each")}",
                    $"`memory` of {DataSize.Text(each * count, roundUp: true)} there, or another placement"));
            }
        }
    }

    private static Placement RoundRobin(int nodes, int layers, int replicas)
    {
        int[][] copies = Empty(layers, replicas);
        for (int layer = 0; layer < layers; layer++)
            for (int copy = 0; copy < replicas; copy++)
                copies[layer][copy] = NextFree(copies[layer], (int)((layer + (long)copy * layers) % nodes), nodes);
        return new(copies, nodes);
    }

    /// <summary>The first (layers mod nodes) nodes have one layer more than the others; further copies go to the nodes that follow.</summary>
    private static Placement Blocks(int nodes, int layers, int replicas)
    {
        int[][] copies = Empty(layers, replicas);
        int small = layers / nodes, large = layers % nodes, inLarge = large * (small + 1);
        for (int layer = 0; layer < layers; layer++)
        {
            int node = layer < inLarge ? layer / (small + 1) : large + (layer - inLarge) / small;
            for (int copy = 0; copy < replicas; copy++)
                copies[layer][copy] = NextFree(copies[layer], node, nodes);
        }
        return new(copies, nodes);
    }

    /// <summary>As listed, in the cluster's order of nodes; copies that are not listed go to the nodes that follow the first.</summary>
    private static Placement Explicit(ClusterSpec cluster, int layers, int replicas)
    {
        IReadOnlyDictionary<string, IReadOnlyList<int>> listed = cluster.Placement.Layers
            ?? throw new ArgumentException("An explicit placement lists the layers of every node, and this one lists none.", nameof(cluster));
        if (listed.Keys.Order(StringComparer.Ordinal).FirstOrDefault(name => cluster.Nodes.All(node => node.Name != name)) is { } unknown)
            throw new ArgumentException($"The placement names the node '{unknown}', which the cluster does not have.", nameof(cluster));
        int nodes = cluster.Nodes.Count;
        var hosts = new List<int>[layers];
        for (int layer = 0; layer < layers; layer++)
            hosts[layer] = [];
        for (int node = 0; node < nodes; node++)
        {
            if (!listed.TryGetValue(cluster.Nodes[node].Name, out IReadOnlyList<int>? own))
                continue;
            foreach (int layer in own.Distinct())
                if (layer >= 0 && layer < layers)
                    hosts[layer].Add(node + 1);
                else
                    throw new ArgumentException($"The placement puts layer {layer} on {cluster.Nodes[node].Name}, but the layers are 0 to {layers - 1}.",
                        nameof(cluster));
        }
        int[][] copies = Empty(layers, replicas);
        for (int layer = 0; layer < layers; layer++)
        {
            int given = hosts[layer].Count;
            if (given == 0)
                throw new ArgumentException($"The placement puts layer {layer} on no node.", nameof(cluster));
            if (given > replicas)
                throw new ArgumentException($"The placement puts layer {layer} on {given} nodes, but routing.replicas is {replicas}.", nameof(cluster));
            hosts[layer].CopyTo(copies[layer]);
            for (int copy = given; copy < replicas; copy++)
                copies[layer][copy] = NextFree(copies[layer], copies[layer][0] - 1, nodes);
        }
        return new(copies, nodes);
    }

    /// <summary>
    /// First every layer's first copy in the order of layers, then every further copy: to the node with most capacity for each of its layers that has room and
    /// no copy yet.
    /// </summary>
    private static Placement Capacity(ClusterSpec cluster, int layers, int replicas, long? layerBytes)
    {
        int nodes = cluster.Nodes.Count;
        int[][] copies = Empty(layers, replicas);
        int[] count = new int[nodes];
        long[] room = [.. cluster.Nodes.Select(node => HighestAverages.Room(node.MemoryBytes, layerBytes))];
        for (int copy = 0; copy < replicas; copy++)
        {
            for (int layer = 0; layer < layers; layer++)
            {
                int node = HighestAverages.Next(nodes, i => cluster.Nodes[i].Share, i => count[i], i => count[i] < room[i] && !copies[layer].Contains(i + 1));
                if (node < 0)
                {
                    throw new PlacementException(
                        $"{(copy == 0 ? "" : $"copy {copy + 1} of ")}layer {layer} ({DataSize.Text(layerBytes ?? 0)}) has no room on any "
                            + $"node{(copy == 0 ? "" : " that has no copy of it")}",
                        "more `memory` or more nodes" + (copy == 0 ? "" : ", fewer `replicas`, or a placement that lists every node's layers"));
                }

                copies[layer][copy] = node + 1;
                count[node]++;
            }
        }

        return new(copies, nodes);
    }

    private static int[][] Empty(int layers, int replicas) => [.. Enumerable.Range(0, layers).Select(_ => new int[replicas])];

    /// <summary>The endpoint of this node, or of the next one round that holds no copy yet.</summary>
    private static int NextFree(int[] taken, int node, int nodes)
    {
        while (taken.Contains(node + 1))
            node = (node + 1) % nodes;
        return node + 1;
    }
}
