namespace LayerShuffle.Report.Figures;

/// <summary>A picture before it is drawn: what the plots' files and the page are both made of, so that they show the same.</summary>
/// <param name="Id">Names its files and its place in the page: letters, digits and hyphens.</param>
/// <param name="Title">What it is called.</param>
public sealed record Figure(string Id, string Title)
{
    /// <summary>A line below the title.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>The horizontal axis, which all panels share.</summary>
    public required Axis X { get; init; }

    /// <summary>Panels, one below the other.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>Stretches of the horizontal axis that are shaded.</summary>
    public IReadOnlyList<Band> Bands { get; init; } = [];

    /// <summary>What must be known to read it: sentences below it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>An axis.</summary>
/// <param name="Label">What it shows, with the unit.</param>
public sealed record Axis(string Label)
{
    /// <summary>Names of the places 0, 1, 2 … where it shows no numbers; null where it does.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Where it begins; null: where the data do.</summary>
    public double? Min { get; init; }

    /// <summary>Where it ends; null: where the data do.</summary>
    public double? Max { get; init; }

    /// <summary>Whether it is logarithmic.</summary>
    public bool IsLog { get; init; }

    /// <summary>Whether it counts something, so that only whole numbers are marked.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether it shows shares, which are written in percent.</summary>
    public bool IsShare { get; init; }
}

/// <summary>A panel of a figure.</summary>
/// <param name="Y">Its vertical axis; places with names count from above.</param>
/// <param name="Series">What is drawn in it.</param>
public sealed record Panel(Axis Y, IReadOnlyList<Series> Series)
{
    /// <summary>Its height beside the other panels.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>Points of one kind.</summary>
/// <param name="Name">What the legend calls them; blank: the legend leaves them out.</param>
/// <param name="Look">How they are drawn.</param>
/// <param name="Colour">Number of their colour and mark (<see cref="Palette"/>); -1 for grey.</param>
/// <param name="X">Where they are.</param>
/// <param name="Y">Where they are.</param>
public sealed record Series(string Name, Look Look, int Colour, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Lower ends of intervals, of the axis that shows numbers; NaN for none. Null: there are no intervals.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper ends, likewise.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>A word for each point; null for none.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>Whether the words are written beside the points; else they are told where somebody points at them.</summary>
    public bool ShowsWords { get; init; }
}

/// <summary>How points are drawn.</summary>
public enum Look
{
    /// <summary>Marks.</summary>
    Dots,

    /// <summary>Marks on a line.</summary>
    Line,

    /// <summary>A line without marks.</summary>
    Plain,

    /// <summary>A line that stays at a value until the next point.</summary>
    Steps,

    /// <summary>A dashed line.</summary>
    Dashes,

    /// <summary>Bars from the left, on an axis with names; those of later series go on where the others end.</summary>
    Bars,

    /// <summary>Crosses: what failed.</summary>
    Crosses,
}

/// <summary>A shaded stretch.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Label">What it is.</param>
/// <param name="Colour">Number of its colour.</param>
public sealed record Band(double From, double To, string Label, int Colour)
{
    /// <summary>What the legend calls it, and others of its kind.</summary>
    public string Legend { get; init; } = Label;
}
