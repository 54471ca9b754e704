using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Records;

/// <summary>One attempt of one hop of a traced request, as <c>hops.csv</c> tells of it.</summary>
public sealed record HopRecord
{
    /// <summary>The request.</summary>
    public required int Request { get; init; }

    /// <summary>The branch, numbered in order of appearance in its request.</summary>
    public required int Branch { get; init; }

    /// <summary>Position in the branch's order.</summary>
    public required int Position { get; init; }

    /// <summary>0 for the first sending, then the number of the resend.</summary>
    public required int Attempt { get; init; }

    /// <summary>Sending endpoint.</summary>
    public required string From { get; init; }

    /// <summary>Receiving endpoint.</summary>
    public required string To { get; init; }

    /// <summary>The layer it is for; null on the way back to the coordinator.</summary>
    public int? Layer { get; init; }

    /// <summary>When it was handed to the link.</summary>
    public required Instant Sent { get; init; }

    /// <summary>When its first copy arrived.</summary>
    public Instant? Delivered { get; init; }

    /// <summary>When the acknowledgement reached the sender.</summary>
    public Instant? Acked { get; init; }

    /// <summary>When the layer started on it.</summary>
    public Instant? ComputeStart { get; init; }

    /// <summary>When the layer was done with it.</summary>
    public Instant? ComputeEnd { get; init; }

    /// <summary>
    /// What became of it: delivered, garbled (delivered, but as other numbers than were sent), lost, queue_full, corrupted (and dropped), link_down,
    /// receiver_down, in_flight, local; or not_traced for the first of the attempts that are not
    /// kept.
    /// </summary>
    public required string Fate { get; init; }
}
