using System.Diagnostics.CodeAnalysis;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Builds the located tree of a scenario from YAML. What is wrong becomes a mistake; no exception leaves it, and its work is bounded.</summary>
public sealed class YamlReader
{
    /// <summary>Largest text that is read.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>Deepest nesting.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Most nodes, with every alias written out.</summary>
    public const int MaximumNodes = 100_000;

    private readonly Dictionary<string, ScenarioNode?> anchors = new(StringComparer.Ordinal);
    private readonly Func<Mark, SourceLocation> locate;
    private readonly MistakeList mistakes;
    private readonly IParser parser;
    private long nodes;
    private Mark read = Mark.Empty; // the end of what the parser has understood so far

    private YamlReader(string text, Func<Mark, SourceLocation> locate, MistakeList mistakes)
    {
        this.locate = locate;
        this.mistakes = mistakes;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>The tree of a file's text, or null where it cannot be read.</summary>
    /// <param name="file">The file's name in messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public static ScenarioNode? Read(string file, string text, MistakeList mistakes) =>
        Read(text, mark => new SourceLocation(file, (int)mark.Line, (int)mark.Column), "", mistakes);

    /// <summary>The tree of a value given on the command line, every part of which is located at that option.</summary>
    /// <param name="option">The option, such as <c>--set network.loss</c>.</param>
    /// <param name="path">The key path that it sets.</param>
    /// <param name="text">The value, as YAML.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public static ScenarioNode? ReadOption(string option, string path, string text, MistakeList mistakes)
    {
        SourceLocation location = new(option, 0, 0);
        return string.IsNullOrWhiteSpace(text) ? new ScalarNode("", true, location, path) : Read(text, _ => location, path, mistakes);
    }

    private static ScenarioNode? Read(string text, Func<Mark, SourceLocation> locate, string path, MistakeList mistakes)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaximumBytes)
        {
            mistakes.Add(locate(Mark.Empty) with { Line = 0, Column = 0 }, path, "the text is larger than 1 MiB", "a smaller file");
            return null;
        }

        string[] lines = YamlTrouble.Lines(text);
        YamlReader reader = new(text, mark => locate(YamlTrouble.Within(lines, mark)), mistakes);
        try
        {
            return reader.Document(path);
        }
        catch (UnreadableException e)
        {
            mistakes.Add(e.Location, e.Path, e.Message, e.Expected);
        }
        catch (YamlException e)
        {
            YamlTrouble trouble = YamlTrouble.Find(lines, reader.read, e.Start, e.Message);
            mistakes.Add(locate(trouble.At), path, trouble.Message, trouble.Expected);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            YamlTrouble trouble = YamlTrouble.Find(lines, reader.read, reader.read, ""); // the library's own words are about its parser, not about the text
            mistakes.Add(locate(trouble.At), path, trouble.Message, trouble.Expected);
        }

        return null;
    }

    private static string Child(string path, string key) => path.Length == 0 ? key : path + "." + key;

    private bool Take<T>([NotNullWhen(true)] out T? taken)
        where T : ParsingEvent
    {
        taken = parser.Accept<T>(out _) ? Consume<T>() : null;
        return taken is not null;
    }

    private T Consume<T>()
        where T : ParsingEvent
    {
        T consumed = parser.Consume<T>();
        if (consumed.End.Index > read.Index)
            read = consumed.End;
        return consumed;
    }

    private ScenarioNode? Document(string path)
    {
        Consume<StreamStart>();
        if (Take(out StreamEnd? end))
            throw new UnreadableException(locate(end.Start), path, "the file is empty", "a map of keys such as `name: my-scenario`");
        Consume<DocumentStart>();
        ScenarioNode root = Node(path, 0);
        Consume<DocumentEnd>();
        if (Take(out DocumentStart? second))
            throw new UnreadableException(locate(second.Start), path, "a second document begins here", "one document in a file");
        Consume<StreamEnd>();
        return root;
    }

    private ScenarioNode Node(string path, int depth)
    {
        if (Take(out AnchorAlias? alias))
            return Alias(alias, path);
        NodeEvent start = parser.Current as NodeEvent ?? throw new YamlException(read, read, "");
        SourceLocation location = locate(start.Start);
        if (depth >= MaximumDepth)
            throw new UnreadableException(location, path, $"nested more than {MaximumDepth} levels deep", "a flatter file");
        Count(1, location, path);
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
            mistakes.Add(location, path, $"the tag `{start.Tag.Value}` has no meaning here", "a plain value");
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor.Value] = null;
        ScenarioNode node = start switch
        {
            Scalar => Single(location, path),
            SequenceStart => Sequence(location, path, depth),
            _ => Map(location, path, depth),
        };
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor.Value] = node;
        return node;
    }

    private ScenarioNode Alias(AnchorAlias alias, string path)
    {
        SourceLocation location = locate(alias.Start);
        if (!anchors.TryGetValue(alias.Value.Value, out ScenarioNode? node))
            throw new UnreadableException(location, path, $"the alias `*{alias.Value.Value}` names no anchor before it", "");
        if (node is null)
            throw new UnreadableException(location, path, $"the alias `*{alias.Value.Value}` stands inside what it names", "");
        Count(node.Size, location, path);
        return node;
    }

    private void Count(long more, SourceLocation location, string path)
    {
        nodes += more;
        if (nodes > MaximumNodes)
            throw new UnreadableException(location, path, $"more than {MaximumNodes} values, aliases written out", "a smaller file");
    }

    private ScalarNode Single(SourceLocation location, string path)
    {
        Scalar scalar = Consume<Scalar>();
        return new ScalarNode(scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any, location, path);
    }

    private SequenceNode Sequence(SourceLocation location, string path, int depth)
    {
        Consume<SequenceStart>();
        List<ScenarioNode> items = [];
        while (!Take<SequenceEnd>(out _))
            items.Add(Node($"{path}[{items.Count}]", depth + 1));
        return new SequenceNode(items, location, path);
    }

    private MapNode Map(SourceLocation location, string path, int depth)
    {
        Consume<MappingStart>();
        List<MapEntry> entries = [];
        MergeKeys merged = new(mistakes);
        Dictionary<string, SourceLocation> seen = new(StringComparer.Ordinal);
        while (!Take<MappingEnd>(out _))
        {
            SourceLocation keyLocation = locate(parser.Current?.Start ?? Mark.Empty);
            if (!Take(out Scalar? key))
                throw new UnreadableException(keyLocation, path, "a key must be a plain word", "");
            ScenarioNode value = Node(Child(path, key.Value), depth + 1);
            if (key is { Value: MergeKeys.Key, Style: ScalarStyle.Plain })
                merged.Add(entries.Count, value, keyLocation, Child(path, key.Value));
            else if (seen.TryAdd(key.Value, keyLocation))
                entries.Add(new MapEntry(key.Value, keyLocation, value));
            else
                mistakes.Add(keyLocation, Child(path, key.Value), $"repeated key `{key.Value}`, first written at {seen[key.Value]}", "each key once");
        }

        return new MapNode(merged.Into(entries), location, path);
    }

    private sealed class UnreadableException(SourceLocation location, string path, string message, string expected) : Exception(message)
    {
        public SourceLocation Location { get; } = location;

        public string Path { get; } = path;

        public string Expected { get; } = expected;
    }
}
