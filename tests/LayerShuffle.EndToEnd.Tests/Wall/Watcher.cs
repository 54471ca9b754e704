using System.Text.Json;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Follows the address that a run with <c>--watch</c> names on stderr.</summary>
internal sealed partial class Watcher
{
    private readonly List<JsonElement> events = [];

    /// <summary>The states that came, the last one with the run's end.</summary>
    public IReadOnlyList<JsonElement> Events => events;

    /// <summary>Done when the run has told its end.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>A line on stderr.</summary>
    public Program.Signal Hear(string line)
    {
        if (Address().Match(line) is { Success: true } found)
            Reading = Read(new Uri(found.Value));
        return Program.Signal.None;
    }

    private async Task Read(Uri address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        using var stream = new StreamReader(await client.GetStreamAsync(new Uri(address, "events")));
        string kind = "";
        while (await stream.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line["event: ".Length..];
            if (kind != "state" || !line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            events.Add(JsonDocument.Parse(line[6..]).RootElement.Clone());
            if (events[^1].GetProperty("end").ValueKind == JsonValueKind.Object)
                return;
        }
    }

    [GeneratedRegex(@"(?<=^Watch: )http://127\.0\.0\.1:\d+/$")]
    private static partial Regex Address();
}
