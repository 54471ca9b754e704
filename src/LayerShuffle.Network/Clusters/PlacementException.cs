namespace LayerShuffle.Network.Clusters;

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
