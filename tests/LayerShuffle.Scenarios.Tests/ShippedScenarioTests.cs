using LayerShuffle.Scenarios.Loading;

namespace LayerShuffle.Scenarios.Tests;

public class ShippedScenarioTests
{
    [Fact]
    public void Every_shipped_scenario_validates()
    {
        string[] files = Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml", SearchOption.AllDirectories);
        files.Length.ShouldBeGreaterThanOrEqualTo(14);
        foreach (string file in files)
        {
            ScenarioLoadResult result = ScenarioLoader.Load(file);
            result.Mistakes.ShouldBeEmpty(string.Join("\n", result.Mistakes));
            result.Warnings.Where(warning => warning.KeyPath != "dataset.path").ShouldBeEmpty(string.Join("\n", result.Warnings));
            ScenarioLoadResult again = ScenarioLoader.Parse(result.EffectiveYaml, "scenario.yaml", "/elsewhere");
            again.Mistakes.ShouldBeEmpty(string.Join("\n", again.Mistakes) + result.EffectiveYaml);
            Some.Json(again.Scenario!).ShouldBe(Some.Json(result.Scenario!));
        }
    }
}
