using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>
/// The uplink or downlink of a node: what all its links in one direction share. Messages pass it one after the other, in the order in which they come to it.
/// </summary>
/// <param name="bytesPerSecond">Its rate.</param>
internal sealed class SharedRate(double bytesPerSecond)
{
    private Instant free;
    private int life = 1; // of the node whose queue it is

    /// <summary>When a message's last byte is through.</summary>
    /// <param name="bytes">Its size, overhead included.</param>
    /// <param name="at">When it comes here.</param>
    public Instant Pass(long bytes, Instant at) => free = Instant.Max(at, free) + Duration.FromSeconds(bytes / bytesPerSecond);

    /// <summary>The same, of what waits at a node: a crash loses it, so that the node that is back finds its line free.</summary>
    /// <param name="bytes">Its size, overhead included.</param>
    /// <param name="at">When it comes here.</param>
    /// <param name="incarnation">The node's.</param>
    public Instant Pass(long bytes, Instant at, int incarnation)
    {
        if (incarnation != life)
            (life, free) = (incarnation, at);
        return Pass(bytes, at);
    }
}
