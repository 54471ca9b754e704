using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Csv;

/// <summary>Writes <c>layers.csv</c>: what probes found out about the layers of trained models.</summary>
public static class LayersFile
{
    /// <summary>The columns of <c>layers.csv</c>.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["model", "training_seed", "policy", "condition", "repeat", "layer", "probe", "position", "value", "top1"];

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IEnumerable<LayerProbeRow> rows)
    {
        using var file = CsvBuffer.WithHeader(Columns);
        foreach (var row in rows)
        {
            file.Add(row.Model).Add(row.TrainingSeed).Add("").Add("").Add("").Add(row.Layer).Add(row.Probe).Add(row.Position).Add(row.Value).Add(row.Top1);
            file.EndRow();
        }
        Disk.Replace(path, file.Bytes().ToArray(), durable: false);
    }
}

/// <summary>Writes <c>embeddings.csv</c>: where what layers put out lies in two dimensions.</summary>
public static class EmbeddingsFile
{
    /// <summary>The columns of <c>embeddings.csv</c>.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["model", "training_seed", "layer", "position", "image", "x", "y"];

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IEnumerable<EmbeddingRow> rows)
    {
        using var file = CsvBuffer.WithHeader(Columns);
        foreach (var row in rows)
        {
            file.Add(row.Model).Add(row.TrainingSeed).Add(row.Layer).Add(row.Position).Add(row.Image).Add(row.X).Add(row.Y);
            file.EndRow();
        }
        Disk.Replace(path, file.Bytes().ToArray(), durable: false);
    }
}
