using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Benchmarks;

/// <summary>The scenarios of the checkout.</summary>
internal static class ShippedScenarios
{
    /// <summary>Where a scenario lies: in the folder <c>scenarios</c> of the nearest folder above this program that holds the solution.</summary>
    public static string PathOf(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LayerShuffle.sln")))
                return Path.Combine(folder.FullName, "scenarios", name);
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds LayerShuffle.sln: run the benchmarks from the checkout.");
    }

    public static Scenario Load(string name, IEnumerable<string> sets, long? seed = null, int? threads = null)
    {
        ScenarioLoadResult loaded = ScenarioLoader.Load(PathOf(name), sets, seed, threads);
        return loaded.Scenario ?? throw new InvalidDataException(string.Join('\n', loaded.Mistakes));
    }
}
