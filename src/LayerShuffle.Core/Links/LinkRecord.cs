using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>
/// What one directed link was asked for and did in a trial, as <c>links.csv</c> tells of it. Counts are of data messages; control messages are counted apart.
/// </summary>
public sealed record LinkRecord
{
    /// <summary>Sending endpoint.</summary>
    public required string From { get; init; }

    /// <summary>Receiving endpoint.</summary>
    public required string To { get; init; }

    /// <summary>The conditions asked for, before link faults.</summary>
    public required LinkConditions Asked { get; init; }

    /// <summary>Data messages handed to the link, resends included, the injector's duplicates not.</summary>
    public required long MessagesSent { get; init; }

    /// <summary>Copies lost by the injected loss.</summary>
    public required long Lost { get; init; }

    /// <summary>Messages sent twice by the injected duplication.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Copies that reached a living receiver garbled by the injected corruption.</summary>
    public required long Corrupted { get; init; }

    /// <summary>Copies drawn to be garbled, whoever received them.</summary>
    public required long CorruptDrawn { get; init; }

    /// <summary>Copies drawn to skip their latency.</summary>
    public required long ReorderDrawn { get; init; }

    /// <summary>Copies that reached a living receiver before one handed to the link earlier.</summary>
    public required long Overtook { get; init; }

    /// <summary>Copies that reached a living receiver whole.</summary>
    public required long Delivered { get; init; }

    /// <summary>Messages dropped because the link was down when they were sent.</summary>
    public required long DroppedLinkDown { get; init; }

    /// <summary>Copies, whole or garbled, dropped because the receiver was down, or another incarnation of it was up, when they would have arrived.</summary>
    public required long DroppedReceiverDown { get; init; }

    /// <summary>Copies for which the queue before the bandwidth had no room.</summary>
    public required long DroppedQueue { get; init; }

    /// <summary>Packets lost by the injected loss, those that were sent again counted each time; null where no message is packets.</summary>
    public required long? PacketsLost { get; init; }

    /// <summary>Runs of copies that the injected loss took, one after the other.</summary>
    public required long Bursts { get; init; }

    /// <summary>Copies that passed the loss draw and the queue: the base of the realised corruption and reordering rates.</summary>
    public required long Carried { get; init; }

    /// <summary>Mean latency drawn for carried copies, queueing and transmission excluded; null where none was carried.</summary>
    public required double? LatencyMeanMs { get; init; }

    /// <summary>Standard deviation of it; null under two.</summary>
    public required double? LatencyStdMs { get; init; }

    /// <summary>Bytes handed to the link in data messages: size × messages sent.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the copies that took bandwidth, overhead included.</summary>
    public long CarriedBytes { get; init; }

    /// <summary>Time the link was busy transmitting, within the trial.</summary>
    public required Duration Busy { get; init; }

    /// <summary>Control messages sent over it.</summary>
    public required long ControlMessages { get; init; }
}
