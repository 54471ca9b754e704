namespace LayerShuffle.Results.Csv;

/// <summary>The names of the results files.</summary>
public static class ResultsFiles
{
    /// <summary>A row per trial.</summary>
    public const string Conditions = "conditions.csv";

    /// <summary>A row per model, policy and condition.</summary>
    public const string Summary = "summary.csv";

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

    /// <summary>A row per finished trial: what made it, and the sums of its rows in the other files. A run that is resumed goes by it.</summary>
    public const string Seals = "rows.seal";

    /// <summary>Ends the names of the files in which the rows of a trial that runs wait, where they are many.</summary>
    internal const string Unfinished = ".unfinished";

    /// <summary>A row per model, training seed and epoch.</summary>
    public const string Training = "training.csv";

    /// <summary>A row per model, training seed, layer and probe; only where a scenario asks for probes.</summary>
    public const string Layers = "layers.csv";
}
