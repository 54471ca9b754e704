using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LayerShuffle.Cli.Terminal;

/// <summary>A line of the log for programs.</summary>
internal static class JsonLine
{
    private static readonly string[] Levels = ["warning", "error"];

    /// <summary>The line as a JSON object; the level goes from the message to a key of its own.</summary>
    /// <param name="time">When.</param>
    /// <param name="text">What is said.</param>
    /// <param name="level">The level of what does not say its own.</param>
    public static string Of(DateTimeOffset time, string text, string level = "info")
    {
        string? own = Levels.FirstOrDefault(each => text.StartsWith(each + ": ", StringComparison.OrdinalIgnoreCase));
        return new JsonObject
        {
            ["time"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["level"] = own ?? level,
            ["message"] = own is null ? text : text[(own.Length + 2)..],
        }.ToJsonString(JsonSerializerOptions.Default);
    }
}
