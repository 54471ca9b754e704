using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Workloads;

/// <summary>When requests arrive, as it was measured or made up: the first at 0. Two with the same times are equal.</summary>
public sealed class ArrivalTimes : IEquatable<ArrivalTimes>
{
    private readonly long[] times;

    private ArrivalTimes(long[] times) => (this.times, Nanoseconds) = (times, times);

    /// <summary>The times, in nanoseconds.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Nanoseconds { get; private init; }

    /// <summary>How many there are.</summary>
    public int Count => times.Length;

    /// <summary>The last of them.</summary>
    public Instant Last => new(times[^1]);

    /// <summary>A hash of the times, which stands for them where they would be too many.</summary>
    public string Hash => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', times.Select(time => time.ToString(CultureInfo.InvariantCulture))))).AsSpan(0, 16));

    /// <summary>Given times.</summary>
    /// <param name="nanoseconds">At least one; the first is 0, and none is earlier than the one before.</param>
    /// <exception cref="ArgumentException">They are not that.</exception>
    public static ArrivalTimes Of(IReadOnlyList<long> nanoseconds) =>
        Problem(nanoseconds) is { } problem ? throw new ArgumentException(problem, nameof(nanoseconds)) : new([.. nanoseconds]);

    /// <summary>What is wrong with times, in words; null: nothing.</summary>
    public static string? Problem(IReadOnlyList<long> nanoseconds)
    {
        if (nanoseconds.Count == 0 || nanoseconds[0] != 0)
            return "arrivals begin at 0";
        for (int i = 1; i < nanoseconds.Count; i++)
        {
            if (nanoseconds[i] < nanoseconds[i - 1])
                return "arrivals stand in their order";
        }

        return null;
    }

    /// <summary>When a request arrives.</summary>
    public Instant At(int request) => new(times[request]);

    /// <inheritdoc/>
    public bool Equals(ArrivalTimes? other) => other is not null && times.AsSpan().SequenceEqual(other.times);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ArrivalTimes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(times.Length, times[^1], times[times.Length / 2]);
}
