namespace LayerShuffle.Results.Csv;

/// <summary>The names of the results files.</summary>
public static class ResultsFiles
{
    /// <summary>A row per trial.</summary>
    public const string Conditions = "conditions.csv";

    /// <summary>A row per model, policy and condition.</summary>
    public const string Summary = "summary.csv";

    /// <summary>A row for each two models, policies or conditions that share the rest, and each metric that can be an objective.</summary>
    public const string Differences = "differences.csv";

    /// <summary>The summary as a picture.</summary>
    public const string Plot = "summary.svg";

    /// <summary>A row per request.</summary>
    public const string Requests = "requests.csv";

    /// <summary>A row per hop attempt of the traced requests.</summary>
    public const string Hops = "hops.csv";

    /// <summary>The ledger: a row per fault event.</summary>
    public const string Faults = "faults.csv";

    /// <summary>A row per trial and link.</summary>
    public const string Links = "links.csv";

    /// <summary>A row per outage of a node or a domain.</summary>
    public const string Recovery = "recovery.csv";

    /// <summary>A row per set of dead nodes, where sets were weighed.</summary>
    public const string Reliability = "reliability.csv";

    /// <summary>The expected accuracy over these sets, and what it owes to each domain, node and layer.</summary>
    public const string Importance = "importance.csv";

    /// <summary>A row per finished trial: what made it, and the sums of its rows in the other files. A run that is resumed goes by it.</summary>
    public const string Seals = "rows.seal";

    /// <summary>Ends the names of the files in which the rows of a trial that runs wait, where they are many.</summary>
    internal const string Unfinished = ".unfinished";

    /// <summary>A row per model, training seed and epoch.</summary>
    public const string Training = "training.csv";

    /// <summary>A row per model, training seed, layer and probe; only where a scenario asks for probes.</summary>
    public const string Layers = "layers.csv";

    /// <summary>A row per model, training seed, layer, position and image; only where a scenario asks for the probe <c>embedding</c>.</summary>
    public const string Embeddings = "embeddings.csv";
}
