using System.Text.RegularExpressions;

namespace LayerShuffle.Cluster.Processes;

/// <summary>What peers may send as text: names become file names, and lines are shown on terminals.</summary>
internal static partial class NodeName
{
    /// <summary>Whether a name is one: letters, digits, dot, dash and underscore, starting with a letter or digit, at most 63.</summary>
    public static bool IsValid(string name) => Valid().IsMatch(name);

    /// <summary>Text without control characters (a terminal would obey them), cut to a length.</summary>
    public static string Clean(string text, int longest)
    {
        string cut = text.Length <= longest ? text : text[..longest] + "…";
        return cut.Any(c => char.IsControl(c) && c != '\t') ? string.Concat(cut.Select(c => char.IsControl(c) && c != '\t' ? '\uFFFD' : c)) : cut;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex Valid();
}
