using System.Collections.Immutable;
using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Managers;

/// <summary>What a node is, as its manager knows it.</summary>
internal enum NodePhase
{
    /// <summary>It has not joined, or has left.</summary>
    Absent,

    /// <summary>It is there, and has no worker: none yet, or its last one ended.</summary>
    Dead,

    /// <summary>Its worker is coming up.</summary>
    Starting,

    /// <summary>Its worker is up and takes no part (yet).</summary>
    Held,

    /// <summary>Its worker takes part: all others know where it is.</summary>
    Serving,

    /// <summary>Its worker is stopped where it is.</summary>
    Paused,

    /// <summary>It wants to leave, or has been told to.</summary>
    Leaving,
}

/// <summary>What everybody may know of a node at one moment.</summary>
/// <param name="Phase">What it is.</param>
/// <param name="Incarnation">Its latest worker; 0 before the first.</param>
/// <param name="Address">Where its worker is reached; null while there is none that has said hello.</param>
/// <param name="IsPaused">Whether its worker is stopped.</param>
/// <param name="Hosted">The layers that its worker hosts.</param>
internal sealed record NodeView(NodePhase Phase, int Incarnation, PeerAddress? Address, bool IsPaused, HostedLayers Hosted)
{
    /// <summary>A node that has never been there.</summary>
    public static NodeView Nobody { get; } = new(NodePhase.Absent, 0, null, false, HostedLayers.None);

    /// <summary>Whether this very worker is there and can answer.</summary>
    public bool Answers(PeerAddress worker) => Address == worker && !IsPaused;
}

/// <summary>
/// What the managers know, for everybody to read at any time: each posts a whole view of its node before it tells anybody of what has changed.
/// </summary>
internal sealed class NodeBoard
{
    private readonly NodeView[] views;

    /// <summary>Nobody is there.</summary>
    public NodeBoard(int nodes)
    {
        views = new NodeView[nodes];
        Array.Fill(views, NodeView.Nobody);
    }

    /// <summary>How many nodes there can be.</summary>
    public int Count => views.Length;

    /// <summary>A node, by its endpoint.</summary>
    public NodeView this[int endpoint] => Volatile.Read(ref views[endpoint - 1]);

    /// <summary>Endpoints whose workers are there, ascending.</summary>
    public IReadOnlyList<int> Living() => [.. Enumerable.Range(1, views.Length).Where(endpoint => this[endpoint].Address is not null)];

    /// <summary>Where the workers are that are there, by endpoint.</summary>
    public IReadOnlyList<PeerAddress> Addresses() => [.. Enumerable.Range(1, views.Length).Select(endpoint => this[endpoint].Address).OfType<PeerAddress>()];

    /// <summary>A manager says what its node is now.</summary>
    public void Post(int endpoint, NodeView view) => Volatile.Write(ref views[endpoint - 1], view);
}

/// <summary>The layers that a worker hosts, by the key of their model. It never changes.</summary>
internal sealed class HostedLayers
{
    private readonly ImmutableDictionary<string, ImmutableSortedSet<int>> layers; // looked up by key only

    private HostedLayers(ImmutableDictionary<string, ImmutableSortedSet<int>> layers) => this.layers = layers;

    /// <summary>None.</summary>
    public static HostedLayers None { get; } = new(ImmutableDictionary.Create<string, ImmutableSortedSet<int>>(StringComparer.Ordinal));

    /// <summary>The layers of a model that are there, ascending.</summary>
    public int[] Of(string model) => layers.TryGetValue(model, out ImmutableSortedSet<int>? there) ? [.. there] : [];

    /// <summary>Those of some layers of a model that are not there.</summary>
    public int[] Missing(string model, IEnumerable<int> wanted) => [.. wanted.Except(Of(model))];

    /// <summary>These, and others.</summary>
    public HostedLayers With(string model, IEnumerable<int> added) =>
        new(layers.SetItem(model, layers.GetValueOrDefault(model, []).Union(added)));

    /// <summary>Only some layers of one model.</summary>
    /// <param name="model">Its key.</param>
    /// <param name="kept">The layers.</param>
    /// <param name="hasMore">Whether there is anything else.</param>
    public HostedLayers Only(string model, IReadOnlyCollection<int> kept, out bool hasMore)
    {
        int[] left = [.. Of(model).Intersect(kept)];
        hasMore = left.Length < layers.Values.Sum(there => there.Count);
        return left.Length > 0 ? None.With(model, left) : None;
    }
}
