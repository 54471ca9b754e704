namespace LayerShuffle.Network.Records;

/// <summary>How a request ended. Every request has exactly one outcome.</summary>
public enum RequestOutcome
{
    /// <summary>Its result reached the coordinator in time.</summary>
    Completed,

    /// <summary>A sender gave it up.</summary>
    Failed,

    /// <summary>It was not completed by its deadline.</summary>
    DeadlineExceeded,
}
