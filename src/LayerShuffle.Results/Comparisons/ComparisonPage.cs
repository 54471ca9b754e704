using System.Text;
using System.Text.Encodings.Web;
using Fluid;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Results.Comparisons;

/// <summary>Writes comparisons as one HTML file that needs no other.</summary>
public static class ComparisonPage
{
    private const string Template = "LayerShuffle.Results.Comparisons.comparison.liquid";

    /// <summary>Writes the file; a new one takes an older one's place at once.</summary>
    public static void Write(string path, IReadOnlyList<Comparison> comparisons) =>
        Disk.Replace(path, Encoding.UTF8.GetBytes(Render(comparisons)), durable: false);

    /// <summary>The page. Every name in it passes HTML's encoding.</summary>
    internal static string Render(IReadOnlyList<Comparison> comparisons)
    {
        using Stream stream = typeof(ComparisonPage).Assembly.GetManifestResourceStream(Template)
            ?? throw new InvalidOperationException($"The resource {Template} is missing.");
        using var reader = new StreamReader(stream);
        IFluidTemplate template = new FluidParser().Parse(reader.ReadToEnd());
        var options = new TemplateOptions { CultureInfo = System.Globalization.CultureInfo.InvariantCulture };
        var context = new TemplateContext(new Dictionary<string, object>
        {
            ["reference"] = comparisons[0].Reference.Name,
            ["sentence"] = Sentence(comparisons),
            ["method"] = Comparison.Method,
            ["comparisons"] = comparisons.Select(Of).ToArray(),
        }, options);
        return template.Render(context, HtmlEncoder.Default).ReplaceLineEndings("\n");
    }

    /// <summary>What came out, in a sentence.</summary>
    public static string Sentence(IReadOnlyList<Comparison> comparisons)
    {
        ComparisonRow[] rows = [.. comparisons.SelectMany(comparison => comparison.Rows)];
        int Count(Verdict verdict) => rows.Count(row => row.Verdict == verdict);
        return FormattableString.Invariant($"{rows.Length} differences: {Count(Verdict.Better)} better, {Count(Verdict.Worse)} worse, ")
            + FormattableString.Invariant($"{Count(Verdict.WithinNoise)} within noise, {Count(Verdict.Same)} the same, {Count(Verdict.Unknown)} unknown ")
            + "(fewer than two pairs).";
    }

    private static Dictionary<string, object> Of(Comparison comparison) => new()
    {
        ["run"] = comparison.Run.Name,
        ["notes"] = comparison.Notes.ToArray(),
        ["alone"] = comparison.Alone.ToArray(),
        ["rows"] = comparison.Rows.Select(row => new Dictionary<string, object>
        {
            ["model"] = row.Model,
            ["policy"] = row.Policy,
            ["condition"] = row.Condition,
            ["metric"] = ComparisonText.Name(row.Metric),
            ["before"] = ComparisonText.Value(row.Metric, row.Reference),
            ["after"] = ComparisonText.Value(row.Metric, row.Value),
            ["difference"] = ComparisonText.Difference(row.Metric, row.Difference, row.Ci),
            ["pairs"] = ComparisonText.Pairs(row),
            ["verdict"] = ComparisonText.Word(row.Verdict),
        }).ToArray(),
    };
}
