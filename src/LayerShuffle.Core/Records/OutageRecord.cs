using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Records;

/// <summary>A node, or a whole domain, that was down for a while: when it went, who noticed, and when its layers were served again.</summary>
/// <param name="Fault">The fault that took it down; blank where none did.</param>
/// <param name="Target">The node or the domain.</param>
/// <param name="Down">When it went down; of a domain, when the last of its nodes did.</param>
/// <param name="Detected">When the first of the others learned of it; null if nobody did. Of a domain, when of the last of its nodes.</param>
/// <param name="Serving">When its layers were served again, by itself or by others; null: not before the end. Of a domain, of the first of its nodes.</param>
public sealed record OutageRecord(string Fault, string Target, Instant Down, Instant? Detected, Instant? Serving)
{
    /// <summary>When the throughput was back; null where that is not known.</summary>
    public Instant? Recovered { get; init; }

    /// <summary>Requests that were underway meanwhile; null in a training.</summary>
    public long? RequestsHit { get; init; }

    /// <summary>Those of them that did not complete; null in a training.</summary>
    public long? RequestsFailed { get; init; }

    /// <summary>Their accuracy; null without a model, without any, and in a training.</summary>
    public double? Top1During { get; init; }

    /// <summary>By how many steps the weights of its layers were behind when they were there again; null in a trial.</summary>
    public int? StepsLost { get; init; }

    /// <summary>Attempts at steps that were abandoned; null in a trial.</summary>
    public int? StepsRepeated { get; init; }

    /// <summary>Steps until the loss was what it had been; null in a trial, and where it was not before the end.</summary>
    public int? StepsToRegain { get; init; }
}
