using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;
using LayerShuffle.Report.Replays;

namespace LayerShuffle.Report.Page;

/// <summary>
/// Fills the page's template. Every text is escaped by it; only what this assembly holds (style, script) and the data, which hold no markup, are not.
/// </summary>
internal static class PageWriter
{
    private static readonly Lazy<IFluidTemplate> Template = new(() => new FluidParser().Parse(Asset("report.liquid")));

    private static readonly Lazy<TemplateOptions> Options = new(() => new TemplateOptions
    {
        MemberAccessStrategy = UnsafeMemberAccessStrategy.Instance,
        CultureInfo = CultureInfo.InvariantCulture,
    });

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The page.</summary>
    public static string Write(PageModel page, IReadOnlyList<ReplayTrial> trials)
    {
        var figures = page.Sections.SelectMany(section => section.Figures).ToList();
        var context = new TemplateContext(Options.Value);
        context.SetValue("Page", page);
        context.SetValue("Style", Asset("report.css"));
        context.SetValue("Player", Asset("player.html"));
        context.SetValue("Script", Script("charts.js", "tables.js", "replay.js"));
        context.SetValue("Data", PageData.Write(figures.Concat(page.Sections.SelectMany(section => section.Hidden)), trials));
        return Template.Value.Render(context, Encoder).ReplaceLineEndings("\n");
    }

    /// <summary>The page on which a run is watched: what it shows comes by events.</summary>
    public static string Live()
    {
        var context = new TemplateContext(Options.Value);
        context.SetValue("Style", Asset("report.css"));
        context.SetValue("Player", Asset("player.html"));
        context.SetValue("Data", PageData.Write([], []));
        context.SetValue("Script", Script("charts.js", "tables.js", "replay.js", "live.js"));
        return new FluidParser().Parse(Asset("live.liquid")).Render(context, Encoder).ReplaceLineEndings("\n");
    }

    private static string Script(params string[] assets) => string.Join("\n", assets.Select(Asset));

    private static string Asset(string name)
    {
        using var stream = typeof(PageWriter).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
