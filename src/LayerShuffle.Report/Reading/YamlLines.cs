namespace LayerShuffle.Report.Reading;

/// <summary>
/// Looks into an effective scenario for a word at its top. The program writes these on one line; a reader of YAML would refuse files of other versions.
/// </summary>
internal static class YamlLines
{
    /// <summary>What stands behind a key at the top; blank where it does not.</summary>
    public static string Top(string yaml, string key)
    {
        foreach (var line in yaml.Split('\n'))
        {
            if (!line.StartsWith(key + ":", StringComparison.Ordinal))
                continue;
            var value = line[(key.Length + 1)..].Trim();
            return value switch
            {
                ['\'', .. var inner, '\''] => inner.Replace("''", "'", StringComparison.Ordinal),
                ['"', .. var inner, '"'] => Unescaped(inner),
                _ => value,
            };
        }

        return "";
    }

    private static string Unescaped(string inner)
    {
        try
        {
            return System.Text.Json.JsonSerializer.Deserialize<string>($"\"{inner}\"") ?? inner;
        }
        catch (System.Text.Json.JsonException)
        {
            return inner;
        }
    }
}
