using System.Globalization;
using System.Text.Json;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Report.Reading;

/// <summary>What <c>run.json</c> tells, as far as it is there.</summary>
public sealed record RunFacts
{
    /// <summary><c>running</c>, <c>done</c>, <c>interrupted</c>, <c>failed</c>; blank where nothing is known.</summary>
    public string State { get; init; } = "";

    /// <summary>Why it ended: <c>done</c>, <c>expectation_failed</c> and the like.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The sentence that it ended with.</summary>
    public string Message { get; init; } = "";

    /// <summary>Trials that were finished, and trials in all; null where nothing is known.</summary>
    public (int Done, int All)? Trials { get; init; }

    /// <summary>The clock.</summary>
    public string Clock { get; init; } = "";

    /// <summary>The part that was run; blank: all of it.</summary>
    public string Only { get; init; } = "";

    /// <summary>The line that starts the same run again; blank where nobody noted it.</summary>
    public string Command { get; init; } = "";

    /// <summary>The scenario's files, as the scenario writes them; empty where nobody noted it.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Machine, versions, times, as names and values.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Models: name, hash, whether reused, seconds.</summary>
    public IReadOnlyList<(string Name, string Hash, bool Reused, double? Seconds, string Disturbed)> Models { get; init; } = [];

    /// <summary>Expectations with what was measured.</summary>
    public IReadOnlyList<ExpectedFact> Expectations { get; init; } = [];

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="missing">Told what cannot be had.</param>
    public static RunFacts Read(string path, ICollection<string> missing)
    {
        if (!File.Exists(path))
        {
            missing.Add("run.json is not there: how the run ended, on which machine, and what was expected of it is not known.");
            return new RunFacts();
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : throw new JsonException("it is no object");
        }
        catch (JsonException e)
        {
            missing.Add($"run.json cannot be read ({e.Message.TrimEnd('.')}): how the run ended is not known.");
            return new RunFacts();
        }
    }

    private static RunFacts Read(JsonElement root)
    {
        var exit = At(root, "exit");
        return new RunFacts
        {
            State = Text(root, "state"),
            Reason = Text(exit, "reason"),
            Message = HomePath.Hide(Text(exit, "message")),
            Trials = Number(root, "trials_done") is { } done && Number(root, "trials") is { } all ? ((int)done, (int)all) : null,
            Clock = Text(root, "clock"),
            Only = Text(root, "only"),
            Command = HomePath.Hide(Text(root, "command")),
            Paths = [.. Items(At(root, "paths")).Select(Text)],
            Details = [.. DetailsOf(root)],
            Models = [.. Members(At(root, "models")).Select(model => (model.Name, Text(model.Value, "hash"), Text(model.Value, "reused") == "true",
                Number(model.Value, "seconds"), Text(model.Value, "disturbed")))],
            Expectations = [.. Items(At(root, "expectations")).Select(item => new ExpectedFact(Text(item, "expectation"), Text(item, "group"),
                Text(item, "metric"), Number(item, "measured"), Number(item, "min"), Number(item, "max"), Text(item, "holds") == "true",
                Text(item, "message")))],
        };
    }

    private static IEnumerable<(string, string)> DetailsOf(JsonElement root)
    {
        foreach (var (key, name) in ((string, string)[])[("seed", "seed"), ("clock", "clock"), ("device", "device"), ("threads", "computing threads"),
            ("only", "part that was run"), ("started_utc", "started (UTC)"), ("ended_utc", "ended (UTC)"), ("seconds", "took"),
            ("peak_memory_mb", "peak memory, MB")])
        {
            if (Text(root, key) is { Length: > 0 } value)
                yield return (name, key is "started_utc" or "ended_utc" ? Moment(value) : key == "seconds" ? Lasted(value) : value);
        }

        foreach (var part in (string[])["machine", "versions"])
        {
            foreach (var member in Members(At(root, part)))
            {
                var value = Text(member.Value);
                yield return (Names.GetValueOrDefault(member.Name, member.Name), member.Name == "layershuffle" ? Version(value) : value);
            }
        }
    }

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["os"] = "operating system",
        ["layershuffle"] = "LayerShuffle",
        ["dotnet"] = ".NET",
        ["torchsharp"] = "TorchSharp",
        ["akka"] = "Akka.NET",
    };

    /// <summary>A time of day, to the second.</summary>
    private static string Moment(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : text;

    private static string Lasted(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || seconds is < 0 or > 1e9)
            return text;
        var whole = TimeSpan.FromSeconds(Math.Round(seconds));
        return seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
            : seconds < 3600 ? string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes} min {whole.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)whole.TotalHours} h {whole.Minutes} min");
    }

    /// <summary>A version with so much of its commit as names it.</summary>
    private static string Version(string text) => text.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 && text.Length > plus + 13
        ? text[..(plus + 13)] : text;

    private static JsonElement At(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value : default;

    private static string Text(JsonElement element, string key) => Text(At(element, key));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "",
    };

    private static double? Number(JsonElement element, string key) =>
        double.TryParse(Text(element, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<JsonProperty> Members(JsonElement element) => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    private static IEnumerable<JsonElement> Items(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];
}

/// <summary>An expectation with what was measured.</summary>
/// <param name="Text">As the scenario writes it.</param>
/// <param name="Group">Model, policy and condition.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Min">The least that would have held.</param>
/// <param name="Max">The most that would have held.</param>
/// <param name="Holds">Whether it held.</param>
/// <param name="Message">The sentence.</param>
public sealed record ExpectedFact(string Text, string Group, string Metric, double? Measured, double? Min, double? Max, bool Holds, string Message);
