using System.Text.RegularExpressions;

namespace LayerShuffle.Results.Summaries;

/// <summary>Names of conditions that fit beside an axis, and can still be told apart.</summary>
public static partial class ShortName
{
    /// <summary>
    /// A name of at most so many letters: swept keys without what they belong to (<c>order=</c> for <c>routing.order=</c>) where that leaves them different;
    /// then, if need be, without its middle, since names of one sweep differ mostly at their ends.
    /// </summary>
    public static string Of(string name, int letters)
    {
        if (name.Length <= letters)
            return name;
        string[] keys = [.. Key().Matches(name).Select(key => key.Groups["last"].Value)];
        string bare = keys.Distinct(StringComparer.Ordinal).Count() == keys.Length ? Key().Replace(name, "${last}=") : name;
        if (bare.Length <= letters)
            return bare;
        int end = (letters - 1) / 2, head = letters - 1 - end;
        if (char.IsHighSurrogate(bare[head - 1]))
            head--;
        if (char.IsLowSurrogate(bare[^end]))
            end--;
        return string.Concat(bare.AsSpan(0, head), "…", bare.AsSpan(bare.Length - end));
    }

    [GeneratedRegex(@"(?<=[\[,])(?:[^\[\],=]*\.)?(?<last>[^.\[\],=]+)=")]
    private static partial Regex Key();
}
