namespace LayerShuffle.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Quick">Whether to run a few rounds only: to see that a benchmark works, not what it measures.</param>
/// <param name="Threads">Computing threads.</param>
internal sealed record BenchmarkOptions(bool Quick, int Threads)
{
    /// <summary>A number of rounds or of sizes: the one of a full run, or the one of a quick run.</summary>
    public int Pick(int full, int quick) => Quick ? quick : full;
}
