using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Loads text as a file named s.yaml.</summary>
internal static class Some
{
    public const string Minimal = "name: x\ndataset: {kind: shapes}\n";

    public static ScenarioLoadResult Load(string text, params string[] sets) => ScenarioLoader.Parse(text, "s.yaml", "/data", sets);

    public static string[] Mistakes(string text, params string[] sets) => [.. Load(text, sets).Mistakes.Select(mistake => mistake.ToString())];

    public static string[] Warnings(string text, params string[] sets) => [.. Load(text, sets).Warnings.Select(warning => warning.ToString())];

    public static Scenario Valid(string text, params string[] sets)
    {
        ScenarioLoadResult result = Load(text, sets);
        result.Mistakes.ShouldBeEmpty(string.Join("\n", result.Mistakes));
        return result.Scenario.ShouldNotBeNull();
    }

    public static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LayerShuffle.sln")))
                folder = folder.Parent;
            return folder.ShouldNotBeNull().FullName;
        }
    }

    public static string Json(Scenario scenario) => System.Text.Json.JsonSerializer.Serialize(scenario, JsonOptions) +
        string.Join("\n",
            scenario.Conditions.SelectMany(variant => variant.Faults)
            .Select(fault => System.Text.Json.JsonSerializer.Serialize(fault, fault.GetType(), JsonOptions)));

    private static System.Text.Json.JsonSerializerOptions JsonOptions { get; } =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals, IncludeFields = true };
}
