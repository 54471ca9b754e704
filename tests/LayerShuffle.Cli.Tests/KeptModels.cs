using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary><see cref="TrainedOnce.Scenario"/> run once: results and store, of which every test takes a copy that it may spoil.</summary>
public sealed class KeptModels : IDisposable
{
    private readonly Cli cli = new();

    public KeptModels()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));
        cli.Run("run", cli.Write("kept.yaml", TrainedOnce.Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
    }

    /// <summary>Copies both, as if it had been run there.</summary>
    public void CopyTo(string output, string cache)
    {
        foreach ((string from, string to) in new[] { (cli.At("out"), output), (cli.At("cache"), cache) })
        {
            foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                string target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    public void Dispose() => cli.Dispose();
}
