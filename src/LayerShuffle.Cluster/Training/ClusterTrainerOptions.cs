namespace LayerShuffle.Cluster.Training;

/// <summary>How long a cluster trainer waits, and how often it tries again.</summary>
public sealed record ClusterTrainerOptions
{
    /// <summary>A step that takes longer is abandoned, whoever is silent counts as lost, and it is repeated.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A layer that has not answered an abort, an import or an export by then counts as lost.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts at one step before the training fails.</summary>
    public int MostAttempts { get; init; } = 100;

    /// <summary>Computing threads of the coordinator; null leaves them as they are.</summary>
    public int? Threads { get; init; }
}
