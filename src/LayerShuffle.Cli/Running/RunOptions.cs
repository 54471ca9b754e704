namespace LayerShuffle.Cli.Running;

/// <summary>What the command line asks of a run.</summary>
internal sealed record RunOptions
{
    public required string Scenario { get; init; }

    public string? Output { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    public IReadOnlyList<string> Only { get; init; } = [];

    public long? Seed { get; init; }

    public string Device { get; init; } = "cpu";

    public int? Threads { get; init; }

    public string? Resume { get; init; }

    public bool Retrain { get; init; }

    public bool DryRun { get; init; }

    public ClusterOptions Cluster { get; init; } = ClusterOptions.Local;

    public string? Metrics { get; init; }

    /// <summary>The words that start this run again, without where its results go.</summary>
    public IReadOnlyList<string> Again { get; init; } = [];
}
