using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Writes a tree as YAML that reads as the same tree: maps as blocks, lists of single values and what lies in lists on one line.</summary>
public static partial class YamlWriter
{
    /// <summary>The YAML of a map.</summary>
    public static string Write(MapNode map)
    {
        StringBuilder text = new();
        Block(text, map, 0);
        return text.ToString();
    }

    private static void Block(StringBuilder text, MapNode map, int indent)
    {
        foreach (MapEntry entry in map.Entries)
        {
            text.Append(' ', indent).Append(Quoted(entry.Key, true)).Append(':');
            if (entry.Value is MapNode { Entries.Count: > 0 } inner)
            {
                text.Append('\n');
                Block(text, inner, indent + 2);
            }
            else if (entry.Value is SequenceNode list && list.Items.Any(item => item is MapNode))
            {
                text.Append('\n');
                foreach (ScenarioNode item in list.Items)
                    text.Append(' ', indent + 2).Append("- ").Append(Flow(item)).Append('\n');
            }
            else
            {
                text.Append(' ').Append(Flow(entry.Value)).Append('\n');
            }
        }
    }

    private static string Flow(ScenarioNode node) => node switch
    {
        ScalarNode { IsNull: true } => "null",
        ScalarNode scalar => Quoted(scalar.Text, scalar.IsPlain),
        SequenceNode list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        MapNode map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{Quoted(entry.Key, true)}: {Flow(entry.Value)}"))}}}",
        _ => "null",
    };

    private static string Quoted(string text, bool isPlain)
    {
        if (isPlain && Plain().IsMatch(text))
            return text;
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c == '\n')
                quoted.Append("\\n");
            else if (c < ' ' || c is >= '\u007f' and <= '\u00a0' or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z0-9+./][A-Za-z0-9+./%_-]*\z")]
    private static partial Regex Plain();
}
