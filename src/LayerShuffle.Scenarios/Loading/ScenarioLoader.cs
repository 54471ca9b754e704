using System.Globalization;
using System.Text;
using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>Loads a scenario file: reads, merges, validates, fills defaults. Whatever is wrong is a mistake in the result, never an exception.</summary>
public static class ScenarioLoader
{
    /// <summary>Loads a scenario file.</summary>
    /// <param name="path">The file; messages name it as it is given here.</param>
    /// <param name="sets">Settings of the command line, each <c>KEY=VALUE</c>, applied in order.</param>
    /// <param name="seed">A seed that replaces the file's (<c>--seed</c>), or null.</param>
    /// <param name="threads">A number of threads that replaces the file's (<c>--threads</c>), or null.</param>
    public static ScenarioLoadResult Load(string path, IEnumerable<string>? sets = null, long? seed = null, int? threads = null)
    {
        MistakeList mistakes = new();
        return ReadText(path, mistakes) is not { } text ? new ScenarioLoadResult(null, mistakes.Sorted, [], "")
            : Parse(text, path, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", sets, seed, threads);
    }

    /// <summary>Loads a scenario from text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">What messages call it.</param>
    /// <param name="folder">The absolute folder that its paths are relative to.</param>
    /// <param name="sets">Settings of the command line.</param>
    /// <param name="seed">A seed that replaces the file's, or null.</param>
    /// <param name="threads">A number of threads that replaces the file's, or null.</param>
    public static ScenarioLoadResult Parse(string text, string file, string folder, IEnumerable<string>? sets = null, long? seed = null, int? threads = null)
    {
        MistakeList mistakes = new(), warnings = new();
        ScenarioNode? node = YamlReader.Read(file, text, mistakes);
        if (node is not null and not MapNode)
            mistakes.Add(node, $"{node.Describe()} where a scenario belongs", "a map of keys such as `name: my-scenario`");
        if (node is not MapNode root)
            return new ScenarioLoadResult(null, mistakes.Sorted, [], "");
        root = EmptyEntries(root);
        foreach (string option in sets ?? [])
            root = EmptyEntries(SetOption.Apply(root, option, mistakes));
        if (seed is { } givenSeed)
            root = SetOption.Apply(root, "--seed", "seed", givenSeed.ToString(CultureInfo.InvariantCulture), mistakes);
        if (threads is { } givenThreads)
            root = SetOption.Apply(root, "--threads", "threads", givenThreads.ToString(CultureInfo.InvariantCulture), mistakes);
        SortedDictionary<string, string> paths = new(StringComparer.Ordinal);
        root = EmpiricalFiles.Resolve(root, folder, paths);
        root = PresetExpander.Expand(root);
        Scenario? scenario = new ScenarioBinder(mistakes, warnings, folder).Bind(root);
        return mistakes.Count > 0 || scenario is null
            ? new ScenarioLoadResult(null, mistakes.Sorted, warnings.Sorted, "")
            : new ScenarioLoadResult(scenario, [], warnings.Sorted, EffectiveScenario.Write(root, folder, paths)) { Paths = paths };
    }

    private static string? ReadText(string path, MistakeList mistakes)
    {
        SourceLocation whole = new(path, 0, 0);
        byte[] bytes;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read);
            bytes = new byte[YamlReader.MaximumBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > YamlReader.MaximumBytes)
            {
                mistakes.Add(whole, "", "the file is larger than 1 MiB", "a smaller file");
                return null;
            }

            bytes = bytes[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : Directory.Exists(path) ? "this is a folder"
                : $"the file cannot be read: {e.Message}";
            mistakes.Add(whole, "", why, "a scenario file");
            return null;
        }

        try
        {
            return new UTF8Encoding(false, true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            byte[] before = bytes[..Math.Clamp(e.Index, 0, bytes.Length)];
            int start = Array.LastIndexOf(before, (byte)'\n') + 1;
            mistakes.Add(new SourceLocation(path, before.Count(b => b == '\n') + 1, Encoding.UTF8.GetCharCount(before[start..]) + 1), "", "not text in UTF-8",
                "a scenario file in UTF-8");
            return null;
        }
    }

    /// <summary>An entry without a value (<c>baseline:</c>) is an entry with nothing set, where entries have names that the author chose.</summary>
    private static MapNode EmptyEntries(MapNode root)
    {
        foreach (string section in (string[])["models", "conditions", "policies"])
        {
            if (root.Entry(section) is { Value: MapNode map } entry)
                root = root.With(entry with { Value = Emptied(map) });
        }

        if (root.Entry("cluster") is { Value: MapNode cluster } found && cluster.Entry("nodes") is { Value: MapNode nodes } inner)
            root = root.With(found with { Value = cluster.With(inner with { Value = Emptied(nodes) }) });
        return root;
    }

    private static MapNode Emptied(MapNode map) => new(
        [.. map.Entries.Select(entry => entry.Value.IsNull ? entry with { Value = new MapNode([], entry.Value.Location, entry.Value.Path) } : entry)],
            map.Location, map.Path);
}
