using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Runs.Options;

/// <summary>In which formats results are written besides CSV.</summary>
/// <param name="Parquet">Parquet files beside those of CSV.</param>
/// <param name="TensorBoard">Event files of trainings for TensorBoard.</param>
public sealed record OutputFormats(bool Parquet, bool TensorBoard)
{
    /// <summary>What can be asked for.</summary>
    public const string Words = "parquet|tensorboard";

    /// <summary>CSV alone.</summary>
    public static OutputFormats Plain { get; } = new(false, false);

    /// <summary>Reads the option's values.</summary>
    /// <exception cref="UsageException">One of them is no format.</exception>
    public static OutputFormats Parse(IEnumerable<string> words)
    {
        OutputFormats formats = Plain;
        foreach (string word in words.SelectMany(word => word.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            formats = word switch
            {
                "csv" => formats,
                "parquet" => formats with { Parquet = true },
                "tensorboard" => formats with { TensorBoard = true },
                _ => throw new UsageException($"--format {word}: expected {Words}; CSV is always written."),
            };
        }

        return formats;
    }
}
