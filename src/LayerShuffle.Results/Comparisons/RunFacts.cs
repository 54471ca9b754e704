using System.Text.Json;
using System.Text.Json.Nodes;
using LayerShuffle.Results.Csv;

namespace LayerShuffle.Results.Comparisons;

/// <summary>What a run was made with, so that a comparison can say what differs besides what is compared.</summary>
/// <param name="Values">Names for people, in order, with what the run's files say; blank where they say nothing.</param>
/// <param name="Scenario">Keys of the effective scenario, with their values as text.</param>
/// <param name="Unfinished">Why the run is not whole; null if it is.</param>
public sealed record RunFacts(IReadOnlyList<(string Name, string Value)> Values, IReadOnlyDictionary<string, string> Scenario, string? Unfinished)
{
    private const int MostKeys = 8;

    /// <summary>Reads what a folder says of its run.</summary>
    public static RunFacts Read(string folder)
    {
        JsonObject run = Manifest(Path.Combine(folder, "run.json"));
        string conditions = Path.Combine(folder, ResultsFiles.Conditions);
        ResultsRow? first = ResultsReader.Rows(conditions).FirstOrDefault();
        string scenario = Path.Combine(folder, "scenario.yaml");
        JsonNode? dataset = run["dataset"], machine = run["machine"], versions = run["versions"];
        string state = Text(run["state"]);
        return new RunFacts(
            [
                ("scenario", first?["scenario"] ?? ""),
                ("seed", first?["seed"] ?? ""),
                ("data", dataset is null ? "" : $"{Text(dataset["kind"])}, train {Text(dataset["train"]?["used"])}, test {Text(dataset["test"]?["used"])}"),
                ("classes", dataset?["classes"] is JsonArray classes ? string.Join(' ', classes.Select(Text)) : ""),
                ("version", Text(versions?["layershuffle"])),
                ("TorchSharp", Text(versions?["torchsharp"])),
                (".NET", Text(versions?["dotnet"])),
                ("clock", Text(run["clock"])),
                ("device", Text(run["device"])),
                ("threads", Text(run["threads"])),
                ("machine", $"{Text(machine?["architecture"])} {Text(run["process"]?["machine"])}".Trim()),
            ],
            File.Exists(scenario) ? Keys(File.ReadLines(scenario)) : new Dictionary<string, string>(),
            state is "done" or "" ? null : $"{state}, {Text(run["trials_done"])} of {Text(run["trials"])} trials");
    }

    /// <summary>What differs between two runs besides what they measured, in sentences.</summary>
    public static IEnumerable<string> Differences(string first, RunFacts a, string second, RunFacts b)
    {
        if (a.Unfinished is { } half)
            yield return $"{first} is not whole: {half}.";
        if (b.Unfinished is { } other)
            yield return $"{second} is not whole: {other}.";
        foreach (((string name, string one), (_, string two)) in a.Values.Zip(b.Values))
        {
            if (one == two)
                continue;
            string effect = name switch
            {
                "seed" => ": they met other luck, so that pairing takes away less of it",
                "data" or "classes" => ": they were asked other questions",
                "version" => ": the program itself may make the difference",
                _ => "",
            };
            yield return $"other {name}: {(one.Length > 0 ? one : "unknown")} and {(two.Length > 0 ? two : "unknown")}{effect}.";
        }

        string[] keys = [.. a.Scenario.Keys.Union(b.Scenario.Keys)
            .Where(key => a.Scenario.GetValueOrDefault(key) != b.Scenario.GetValueOrDefault(key) && key is not ("seed" or "name" or "description"))];
        if (keys.Length > 0)
            yield return $"other scenario: {string.Join("; ", keys.Take(MostKeys).Select(Change))}"
                + (keys.Length > MostKeys ? FormattableString.Invariant($"; and {keys.Length - MostKeys} more keys.") : ".");

        string Change(string key) => $"{key} {a.Scenario.GetValueOrDefault(key, "not given")} → {b.Scenario.GetValueOrDefault(key, "not given")}";
    }

    private static JsonObject Manifest(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [] : [];
        }
        catch (JsonException)
        {
            return []; // the numbers stand without it
        }
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "";

    /// <summary>The keys of a scenario as the program writes it: a key or an item a line, deeper ones further in.</summary>
    private static Dictionary<string, string> Keys(IEnumerable<string> lines)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        List<(int Depth, string Name)> path = [];
        foreach (string line in lines.Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')))
        {
            int depth = line.TakeWhile(c => c == ' ').Count(), colon = line.IndexOf(": ", StringComparison.Ordinal);
            bool opens = colon < 0 && line.EndsWith(':');
            string name = opens ? line.Trim()[..^1] : colon < 0 ? line.Trim() : line[depth..colon];
            path.RemoveAll(outer => outer.Depth >= depth);
            path.Add((depth, name));
            if (!opens)
                keys[string.Join('.', path.Select(part => part.Name))] = colon < 0 ? "given" : line[(colon + 2)..];
        }

        return keys;
    }
}
