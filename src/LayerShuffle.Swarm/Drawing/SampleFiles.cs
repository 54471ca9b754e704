using LayerShuffle.Core.Files;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>Small files that drawn scenarios may name, always the same, beside the scenario.</summary>
public static class SampleFiles
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["swarm-link.csv"] = "time_ms,latency_ms,loss,bandwidth_bps,up\n"
            + "0,5,0,20000000,1\n40,9,0.1,8000000,1\n90,3,0,20000000,0\n120,6,0,30000000,1\n200,6,0,30000000,1\n",
        ["swarm-link.mahimahi"] = "1\n2\n2\n3\n5\n8\n9\n9\n12\n",
        ["swarm-arrivals.csv"] = "time_ms\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * i / 2}\n")),
        ["swarm-nodes.csv"] = "time_ms,node,up\n40,node-1,0\n90,node-1,1\n60,alpha,0\n130,alpha,1\n",
        ["swarm-nodes-numbered.csv"] = "time_ms,node,up\n40,node-1,0\n90,node-1,1\n160,node-1,0\n200,node-1,1\n",
        ["swarm-bamboo.csv"] = "0,add,a\n0,add,b\n60,remove,a\n110,add,c\n150,remove,b\n200,add,d\n",
        ["swarm-skypilot.json"] = "{\"metadata\": {\"gap_seconds\": 0.05}, \"data\": [1, 1, 0, 1, 1, 1, 0, 0, 1]}\n",
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
    internal static string? For(string path, Luck luck) => path == "faults.NAME.file"
        ? luck.One("nodes", (string[])["swarm-nodes.csv", "swarm-nodes-numbered.csv", "swarm-bamboo.csv", "swarm-skypilot.json"])
        : path.EndsWith("trace.file", StringComparison.Ordinal)
        ? luck.Happens("other", 0.4) ? "swarm-link.mahimahi" : "swarm-link.csv" : path == "workload.arrivals.trace" ? "swarm-arrivals.csv"
        : path.EndsWith(".latency.file", StringComparison.Ordinal) || path.EndsWith("compute_time.file", StringComparison.Ordinal)
        || path.EndsWith("base.file", StringComparison.Ordinal) ? "swarm-rtt.csv" : null;
}
