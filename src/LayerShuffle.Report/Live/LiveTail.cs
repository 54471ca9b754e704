namespace LayerShuffle.Report.Live;

/// <summary>The last of many, numbered from one on.</summary>
/// <param name="most">How many are kept.</param>
internal sealed class LiveTail<T>(int most)
{
    private readonly Queue<T> kept = [];

    /// <summary>How many there were.</summary>
    public long Added { get; private set; }

    /// <summary>One more; the oldest may go.</summary>
    public void Add(T item)
    {
        kept.Enqueue(item);
        Added++;
        if (kept.Count > most)
            kept.Dequeue();
    }

    /// <summary>Keeps none. They stay numbered.</summary>
    public void Clear() => kept.Clear();

    /// <summary>Those that are kept of what came after the first ones.</summary>
    /// <param name="seen">How many are known.</param>
    public IReadOnlyList<T> Since(long seen) => [.. kept.Skip((int)Math.Clamp(kept.Count - (Added - seen), 0, kept.Count))];
}
