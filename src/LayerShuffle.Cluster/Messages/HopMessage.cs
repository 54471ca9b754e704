namespace LayerShuffle.Cluster.Messages;

/// <summary>One attempt of a hop: an activation for the next layer of its journey, or the result on its way back.</summary>
/// <param name="Journey">The journey, its next layer not yet executed.</param>
/// <param name="Attempt">0 for the first sending.</param>
/// <param name="From">Sending endpoint.</param>
public sealed record HopMessage(Journey Journey, int Attempt, int From)
{
    /// <summary>1 for the injected duplicate.</summary>
    public int Copy { get; init; }

    /// <summary>The sender's incarnation, 1 for the first in the trial: a node that crashed and came back sends the same hop as another's.</summary>
    public int Incarnation { get; init; } = 1;
}
