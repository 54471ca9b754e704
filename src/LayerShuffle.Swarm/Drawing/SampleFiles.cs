using LayerShuffle.Core.Files;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>Small files that drawn scenarios may name, always the same, beside the scenario.</summary>
public static class SampleFiles
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["swarm-rtt.csv"] = "rtt_ms\n4\n5\n5.5\n6\n7\n9\n12\n31\n",
    };

    /// <summary>Writes them into a folder, where they are not there yet.</summary>
    public static void Write(string folder)
    {
        foreach ((string name, string text) in Texts)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path))
                Disk.Replace(path, System.Text.Encoding.UTF8.GetBytes(text), durable: false);
        }
    }

    /// <summary>Writes those that a scenario names into its folder.</summary>
    internal static void WriteNamed(string folder, string yaml)
    {
        if (Texts.Keys.Any(name => yaml.Contains(name, StringComparison.Ordinal)))
            Write(folder);
    }

    /// <summary>The file for a key; null where there is none.</summary>
    internal static string? For(string path) => path.EndsWith(".latency.file", StringComparison.Ordinal) || path.EndsWith("compute_time.file", StringComparison.Ordinal)
        || path.EndsWith("base.file", StringComparison.Ordinal) ? "swarm-rtt.csv" : null;
}
