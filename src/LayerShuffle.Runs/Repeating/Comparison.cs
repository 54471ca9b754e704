using LayerShuffle.Core.Time;

namespace LayerShuffle.Runs.Repeating;

/// <summary>Listens to the second telling of a trial, and finds the first event that the first one told otherwise.</summary>
/// <param name="next">The next event of the first telling; null behind the last.</param>
internal sealed class Comparison(Func<string?> next)
{
    private long events;
    private string? before;

    /// <summary>What differs first, in a sentence; null as long as nothing does.</summary>
    public string? Difference { get; private set; }

    /// <summary>Events that are the same.</summary>
    public long Same => events;

    /// <summary>The second telling goes on.</summary>
    /// <returns>Whether the first said the same.</returns>
    public bool Hears(Instant at, string what)
    {
        if (Difference is not null)
            return false;
        string second = EventFile.Line(at, what);
        string? first = next();
        if (first != second)
            Differ(first, second);
        else
            (events, before) = (events + 1, second);
        return Difference is null;
    }

    /// <summary>The second telling is over.</summary>
    public void Ends()
    {
        if (Difference is null && next() is { } first)
            Differ(first, null);
    }

    private void Differ(string? first, string? second) => Difference = FormattableString.Invariant($"event {events + 1} is the first that differs. The first ")
        + $"time it was `{first ?? "nothing more"}`, the second time `{second ?? "nothing more"}`. "
        + (before is null ? "Nothing was before it." : $"Before it both had `{before}`.");
}
