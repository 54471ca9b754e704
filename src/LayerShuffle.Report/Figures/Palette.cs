namespace LayerShuffle.Report.Figures;

/// <summary>Okabe and Ito's colours, which people tell apart whatever they see of colours, those that stand out on white first. Marks differ besides.</summary>
public static class Palette
{
    /// <summary>Grey, for what is no series of its own.</summary>
    public const string Grey = "#767676";

    /// <summary>The colours, by number.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"];

    /// <summary>The same on a dark ground, where black would not be seen.</summary>
    public static IReadOnlyList<string> Dark { get; } = ["#3DA5E0", "#F0803C", "#2BC49A", "#E096C3", "#F0B429", "#8CCBF2", "#FFFFFF", "#F0E442"];

    /// <summary>More series than this in one figure are told apart by nobody.</summary>
    public const int Most = 8;

    /// <summary>A colour by its number.</summary>
    public static string Of(int number) => number < 0 ? Grey : Colours[number % Colours.Count];
}
