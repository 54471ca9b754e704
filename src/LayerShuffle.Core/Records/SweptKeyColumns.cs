namespace LayerShuffle.Core.Records;

/// <summary>How swept keys are called where results are kept, so that a scenario can be checked for keys that would share a column.</summary>
public static class SweptKeyColumns
{
    /// <summary>What the column of a value as a number has behind the column of the value as written.</summary>
    public const string NumberSuffix = "_value";

    /// <summary>The column of the condition's bare name.</summary>
    public const string BaseCondition = "base_condition";

    /// <summary>A key in the letters of a column: everything but letters and digits becomes <c>_</c>, capitals become small.</summary>
    public static string Plain(string key) => string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
