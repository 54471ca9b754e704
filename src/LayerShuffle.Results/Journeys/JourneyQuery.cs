namespace LayerShuffle.Results.Journeys;

/// <summary>Which request is meant.</summary>
/// <param name="Request">Its number in its trial.</param>
public sealed record JourneyQuery(int Request)
{
    /// <summary>The condition, with or without its sweep point; null: whichever.</summary>
    public string? Condition { get; init; }

    /// <summary>The model; null: whichever.</summary>
    public string? Model { get; init; }

    /// <summary>The policy; null: whichever.</summary>
    public string? Policy { get; init; }

    /// <summary>The repeat; null: whichever.</summary>
    public int? Repeat { get; init; }

    /// <summary>The training seed; null: whichever.</summary>
    public int? TrainingSeed { get; init; }
}
