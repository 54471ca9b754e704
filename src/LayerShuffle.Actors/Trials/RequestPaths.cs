using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Routing;

namespace LayerShuffle.Actors.Trials;

/// <summary>The journeys of one request: which have come back, and which have failed.</summary>
/// <param name="redundancy">How many there are, and what is made of them; null: there is one.</param>
public sealed class RequestPaths(RedundancySpec? redundancy)
{
    private readonly List<Journey> arrived = [];
    private readonly HashSet<int> failed = []; // how many is all that is asked

    /// <summary>What came back, in its order: one journey for each path.</summary>
    public IReadOnlyList<Journey> Arrived => arrived;

    /// <summary>Whether nothing is waited for any more.</summary>
    public bool IsComplete => arrived.Count + failed.Count >= (redundancy?.Paths ?? 1)
        || (arrived.Count > 0 && redundancy is not { Combine: CombineKind.MeanLogits });

    /// <summary>A result has come; false if another one of its path has.</summary>
    public bool Add(Journey journey)
    {
        if (arrived.Exists(before => before.Path == journey.Path))
            return false;
        failed.Remove(journey.Path);
        arrived.Add(journey);
        return true;
    }

    /// <summary>A sender gave a journey up.</summary>
    public void Fail(int path)
    {
        if (!arrived.Exists(before => before.Path == path))
            failed.Add(path);
    }
}
