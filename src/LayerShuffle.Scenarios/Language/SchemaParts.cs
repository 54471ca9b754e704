namespace LayerShuffle.Scenarios.Language;

/// <summary>The types of values from which the language is put together.</summary>
internal static class SchemaParts
{
    private const string NameCharacters = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    public static ScalarType Text => new(ScalarKind.Text);

    public static ScalarType Duration => new(ScalarKind.Duration);

    public static ScalarType Probability => new(ScalarKind.Probability);

    public static ScalarType Name => new(ScalarKind.Pattern) { Pattern = NameCharacters, Noun = "a name of letters, digits, `-`, `_` and `.`" };

    /// <summary>What R, pandas, spreadsheets and databases read as missing, true, false or infinite where a column holds it.</summary>
    public static IReadOnlyList<string> NotNames => ["na", "n.a.", "nan", "null", "nil", "none", "true", "false", "inf", "infinity"];

    public static ScalarType NewName => Name with { Refused = NotNames };

    public static ScalarType Integer(long least, long most = int.MaxValue) => new(ScalarKind.Integer) { Minimum = least, Maximum = most };

    public static ScalarType Number(double least, bool exclusive = false, double? most = null) =>
        new(ScalarKind.Number) { Minimum = least, Exclusive = exclusive, Maximum = most };

    public static ScalarType TrueOrFalse => new(ScalarKind.Boolean);

    public static ScalarType PositiveDuration => new(ScalarKind.Duration) { Minimum = 0, Exclusive = true };

    public static ScalarType Word(params string[] words) => new(ScalarKind.Word) { Words = words };

    public static ChoiceType Either(params SchemaType[] options) => new(options);

    public static ListType LayerIds => new("layer ids", Integer(0), 1);
}
