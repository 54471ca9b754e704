using LayerShuffle.Core;

namespace LayerShuffle.Cluster.Wall;

/// <summary>A worker ended before it was ready.</summary>
/// <param name="message">A sentence.</param>
/// <param name="asked">Whether a command had asked it to end.</param>
internal sealed class WorkerDiedException(string message, bool asked) : ClusterException(message)
{
    /// <summary>Whether the next would fare no better: what it lacks does not come by itself.</summary>
    public bool Hopeless { get; init; }

    /// <summary>Whether a command had asked it to end.</summary>
    public bool Asked { get; } = asked;
}
