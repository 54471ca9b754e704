namespace LayerShuffle.Core.Records;

/// <summary>What models, policies and conditions are ranked by.</summary>
public enum Objective
{
    /// <summary>Right answers of all that were asked for; where the network alone is simulated, requests that complete.</summary>
    Accuracy,

    /// <summary>Mean latency of completed requests.</summary>
    Latency,

    /// <summary>Bytes handed to links.</summary>
    Bytes,

    /// <summary>Energy for an image.</summary>
    Energy,

    /// <summary>Mean loss of the images that were answered.</summary>
    Loss,
}

/// <summary>The words and metrics of objectives.</summary>
public static class Objectives
{
    /// <summary>The words, in the order of the objectives.</summary>
    public static IReadOnlyList<string> Words { get; } = ["accuracy", "latency", "bytes", "energy", "loss"];

    /// <summary>An objective's word.</summary>
    public static string Word(this Objective objective) => Words[(int)objective];

    /// <summary>The metric that an objective goes by.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="hasModel">Whether a model computes in everything that is ranked.</param>
    public static string Metric(this Objective objective, bool hasModel) => objective switch
    {
        Objective.Accuracy => hasModel ? "top1" : MetricCatalogue.Completion,
        Objective.Latency => "latency_mean_ms",
        Objective.Bytes => "bytes_sent",
        Objective.Energy => "energy_j_per_image",
        _ => "loss",
    };

    /// <summary>Whether more of it is better.</summary>
    public static bool IsMoreBetter(this Objective objective) => objective == Objective.Accuracy;
}
