using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

public class DesignExampleTests
{
    [Fact]
    public void The_example_of_the_design_validates() => ScenarioLoader.Load(In("design-example.yaml")).Mistakes.ShouldBeEmpty();

    [Fact]
    public void What_is_supported_of_it_validates_and_expands()
    {
        ScenarioLoadResult result = ScenarioLoader.Load(In("design-example-supported.yaml"));
        result.Mistakes.ShouldBeEmpty(string.Join("\n", result.Mistakes));
        Scenario scenario = result.Scenario!;
        scenario.Conditions.Count.ShouldBe(2 * 3 * 2 * 3);
        scenario.Models.Count.ShouldBe(5);
        scenario.Models[4].Training.ShouldBeNull();
        scenario.Models[2].InitFrom.ShouldBe("baseline");
        scenario.Conditions[6].Condition.ShouldBe("loss-5[routing.order=sequential,network.loss=0%]");
        ScenarioExpander.Trials(scenario).Count.ShouldBe(5 * 36 * 3);
        result.Warnings.Select(warning => warning.KeyPath).ShouldContain("conditions.loss-5.network.loss");
        ScenarioLoadResult again = ScenarioLoader.Parse(result.EffectiveYaml, "scenario.yaml", "/elsewhere");
        again.Mistakes.ShouldBeEmpty(string.Join("\n", again.Mistakes) + result.EffectiveYaml);
        Some.Json(again.Scenario!).ShouldBe(Some.Json(scenario));
    }

    private static string In(string file) => Path.Combine(Some.Root, "tests", "LayerShuffle.Scenarios.Tests", file);
}
