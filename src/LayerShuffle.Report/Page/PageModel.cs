using LayerShuffle.Report.Figures;

namespace LayerShuffle.Report.Page;

/// <summary>What the page's template is filled with. All of it is plain text, which the template escapes.</summary>
internal sealed record PageModel
{
    /// <summary>The scenario's name.</summary>
    public required string Title { get; init; }

    /// <summary>What was asked, what came out, and how sure that is.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }

    /// <summary>What is not there.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>The sections, in their order.</summary>
    public required IReadOnlyList<PageSection> Sections { get; init; }
}

/// <summary>A section of the page.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Lead">What it tells, in a sentence or two.</param>
internal sealed record PageSection(string Id, string Title, string Lead)
{
    /// <summary>Its figures.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];

    /// <summary>Figures of which one is shown at a time: what each is called, and its id.</summary>
    public IReadOnlyList<PageChoice> Choices { get; init; } = [];

    /// <summary>The figures that are chosen from, but for the first.</summary>
    public IReadOnlyList<Figure> Hidden { get; init; } = [];

    /// <summary>Its tables.</summary>
    public IReadOnlyList<PageTable> Tables { get; init; } = [];

    /// <summary>Names and values.</summary>
    public IReadOnlyList<PageFact> Facts { get; init; } = [];

    /// <summary>A text that is shown as it is.</summary>
    public string Code { get; init; } = "";

    /// <summary>A line to be copied into a shell.</summary>
    public string Command { get; init; } = "";

    /// <summary>Whether the replay is here.</summary>
    public bool HasReplay { get; init; }
}

/// <summary>Something to choose.</summary>
/// <param name="Id">What it is known by.</param>
/// <param name="Name">What it is called.</param>
internal sealed record PageChoice(string Id, string Name);

/// <summary>A name and a value.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
internal sealed record PageFact(string Name, string Value);

/// <summary>A table that sorts and filters.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Caption">What it is called.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record PageTable(string Id, string Caption, IReadOnlyList<PageColumn> Columns, IReadOnlyList<IReadOnlyList<PageCell>> Rows)
{
    /// <summary>What must be known to read it.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether there is enough to look for something.</summary>
    public bool IsLong => Rows.Count > 6;
}

/// <summary>A column.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsNumber">Whether it holds numbers.</param>
internal sealed record PageColumn(string Title, bool IsNumber = false);

/// <summary>A cell.</summary>
/// <param name="Text">What it shows.</param>
/// <param name="Sort">The number that it is sorted by; blank: its text.</param>
/// <param name="Mood"><c>good</c>, <c>bad</c> or blank.</param>
internal sealed record PageCell(string Text, string Sort = "", string Mood = "");
