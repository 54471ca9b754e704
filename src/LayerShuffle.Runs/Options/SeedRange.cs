using System.Globalization;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Runs.Options;

/// <summary>Seeds from a first to a last one, as <c>--seeds 1..50</c> says it.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last, not less than the first.</param>
public sealed record SeedRange(long First, long Last)
{
    /// <summary>How many may be asked for at once.</summary>
    public const int Most = 1_000_000;

    /// <summary>How many there are.</summary>
    public int Count => (int)(Last - First + 1);

    /// <summary>The seeds, ascending.</summary>
    public IEnumerable<long> All
    {
        get
        {
            for (long seed = First; seed <= Last; seed++)
                yield return seed;
        }
    }

    /// <summary>Reads <c>A..B</c>, or a single seed.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    public static SeedRange Parse(string text)
    {
        string[] ends = text.Split("..");
        if (ends.Length > 2 || !Number(ends[0], out long first) || !Number(ends[^1], out long last))
            throw new UsageException($"--seeds {text}: expected a first and a last seed such as 1..50, or one seed.");
        if (first > last)
            throw new UsageException($"--seeds {text}: the first is greater than the last; did you mean {last}..{first}?");
        // as unsigned numbers: from one end of all seeds to the other is more than a long holds
        return unchecked((ulong)last - (ulong)first) < Most ? new SeedRange(first, last)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--seeds {text}: expected at most {Most} seeds."));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}..{Last}");

    private static bool Number(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
