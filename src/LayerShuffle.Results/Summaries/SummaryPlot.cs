using System.Globalization;
using System.Xml.Linq;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Results.Summaries;

/// <summary>
/// Draws <c>summary.svg</c>: for every condition a bar for each model (and policy, where there are several). The bars are top-1 over all images
/// offered, with its 95% interval, or without a model the share of requests that completed. Equal results are equal bytes: nothing of the machine
/// (fonts, culture, time) is in the file.
/// </summary>
public static class SummaryPlot
{
    /// <summary>More conditions than these are left out, and the picture says so.</summary>
    internal const int MostConditions = 40;

    private const double Width = 830, Right = 56, Bar = 16, Between = 14, Letter = 7.2;
    private const int MostLetters = 44;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Okabe and Ito's colours, which people tell apart whatever they see of colours.</summary>
    private static readonly string[] Colours = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442"];

    /// <summary>Draws the groups of a run.</summary>
    /// <param name="title">What the picture is called: the scenario's name.</param>
    /// <param name="groups">The run's models under its policies and conditions.</param>
    public static string Draw(string title, IReadOnlyList<ResultGroup> groups)
    {
        var hasModel = groups.Any(group => group.HasModel);
        var hasPolicies = groups.Select(group => group.Policy).Distinct(StringComparer.Ordinal).Count() > 1;
        string Series(ResultGroup group) => !hasPolicies ? group.Model : hasModel ? $"{group.Model}, {group.Policy}" : group.Policy;

        var series = groups.Select(Series).Distinct(StringComparer.Ordinal).ToList();
        var all = groups.GroupBy(group => group.Condition, StringComparer.Ordinal).ToList();
        var shown = all.Take(MostConditions).ToList();
        var left = 24 + (Letter * Math.Min(MostLetters, shown.Select(condition => condition.Key.Length).DefaultIfEmpty(0).Max()));
        var sheet = new Sheet(left, Width - Right);
        sheet.Text(16, 26, title + (hasModel ? ": top-1 accuracy of all images offered" : ": requests that completed"), "start", size: 16);
        var top = sheet.Legend(series) + 14;
        var y = top;
        foreach (var condition in shown)
        {
            var members = condition.ToList();
            sheet.Text(left - 10, y + (members.Count * Bar / 2) + 4, ShortName.Of(condition.Key, MostLetters), "end", whole: condition.Key);
            foreach (var group in members)
            {
                var colour = Colours[series.IndexOf(Series(group)) % Colours.Length];
                sheet.BarOf(MetricSummary.Of(group, hasModel ? "top1" : "completion"), y, colour, $"{condition.Key}, {Series(group)}");
                y += Bar;
            }
            y += Between;
        }
        sheet.Grid(top - 6, y - Between + 6);
        y += 12;
        if (all.Count > shown.Count)
            sheet.Text(16, y += 18, $"and {all.Count - shown.Count} more conditions in summary.csv", "start");
        return sheet.Write(y + 8);
    }

    /// <summary>Writes the picture; a new one takes an older one's place at once.</summary>
    internal static void Write(string path, string title, IReadOnlyList<ResultGroup> groups) =>
        Disk.Replace(path, System.Text.Encoding.UTF8.GetBytes(Draw(title, groups)), durable: false);

    /// <summary>The picture under way: shares run from <paramref name="left"/> to <paramref name="right"/>.</summary>
    private sealed class Sheet(double left, double right)
    {
        private readonly List<XElement> _grid = [];
        private readonly List<XElement> _marks = [];

        /// <summary>A coloured square and a name for each series, in as many lines as they need.</summary>
        /// <returns>Where the last line ends.</returns>
        public double Legend(IReadOnlyList<string> series)
        {
            double x = 16, y = 50;
            for (var i = 0; i < series.Count; i++)
            {
                var width = 30 + (Letter * series[i].Length);
                if (x > 16 && x + width > Width - 16)
                    (x, y) = (16, y + 20);
                _marks.Add(Rectangle(x, y - 10, 12, 12, Colours[i % Colours.Length]));
                Text(x + 18, y, series[i], "start");
                x += width + 8;
            }
            return y;
        }

        /// <summary>A bar, its interval, and its number behind both.</summary>
        public void BarOf(MetricSummary metric, double y, string colour, string what)
        {
            if (metric.Mean is not { } mean)
                return;
            var bar = Rectangle(left, y, At(mean) - left, Bar - 2, colour);
            bar.Add(new XElement(Svg + "title", $"{Printable(what)}: {Percent(mean)}"));
            _marks.Add(bar);
            var end = At(mean);
            if (metric.Ci is { Low: { } low, High: { } high })
            {
                low = Math.Clamp(low, 0, 1);
                high = Math.Clamp(high, 0, 1);
                var middle = y + (Bar / 2) - 1;
                _marks.Add(Line(At(low), middle, At(high), middle, "#222222", 1.2));
                _marks.Add(Line(At(low), middle - 3, At(low), middle + 3, "#222222", 1.2));
                _marks.Add(Line(At(high), middle - 3, At(high), middle + 3, "#222222", 1.2));
                end = Math.Max(end, At(high));
            }
            Text(end + 6, y + Bar - 4, Percent(mean), "start", size: 11);
        }

        /// <summary>Lines at the quarters, below everything else.</summary>
        public void Grid(double top, double bottom)
        {
            for (var quarter = 0; quarter <= 4; quarter++)
            {
                _grid.Add(Line(At(quarter / 4.0), top, At(quarter / 4.0), bottom, "#D8D8D8", 1));
                Text(At(quarter / 4.0), bottom + 14, Percent(quarter / 4.0, "0"), "middle", size: 11);
            }
        }

        public void Text(double x, double y, string text, string anchor, double size = 12, string? whole = null)
        {
            var element = new XElement(
                Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("text-anchor", anchor),
                new XAttribute("font-size", Number(size)), Printable(text));
            if (whole is not null && whole != text)
                element.Add(new XElement(Svg + "title", Printable(whole)));
            _marks.Add(element);
        }

        public string Write(double height) => new XElement(
            Svg + "svg", new XAttribute("viewBox", $"0 0 {Number(Width)} {Number(height)}"),
            new XAttribute("width", Number(Width)), new XAttribute("height", Number(height)),
            new XAttribute("font-family", "Helvetica, Arial, sans-serif"), new XAttribute("fill", "#222222"),
            Rectangle(0, 0, Width, height, "#FFFFFF"), _grid, _marks).ToString().ReplaceLineEndings("\n") + "\n";

        private double At(double share) => left + (Math.Clamp(share, 0, 1) * (right - left));

        private static XElement Rectangle(double x, double y, double width, double height, string colour) => new(
            Svg + "rect", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)),
            new XAttribute("width", Number(width)), new XAttribute("height", Number(height)), new XAttribute("fill", colour));

        private static XElement Line(double x1, double y1, double x2, double y2, string colour, double width) => new(
            Svg + "line", new XAttribute("x1", Number(x1)), new XAttribute("y1", Number(y1)),
            new XAttribute("x2", Number(x2)), new XAttribute("y2", Number(y2)),
            new XAttribute("stroke", colour), new XAttribute("stroke-width", Number(width)));

        private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

        private static string Percent(double share, string form = "0.0") => (100 * share).ToString(form, CultureInfo.InvariantCulture) + "%";

        /// <summary>XML has no word for most control characters, and a swept value may hold any.</summary>
        private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c >= '\uFFFE' ? '?' : c));
    }
}
