using System.Globalization;
using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Figures;

/// <summary>Accuracy (or completion) and latency against each swept quantity.</summary>
internal static class SweepFigures
{
    private const int MostFacets = 6;

    /// <summary>The figures: for each swept key one for every condition and combination of the other keys, as far as that stays readable.</summary>
    public static IEnumerable<Figure> Of(RunFolder run)
    {
        string[] columns = [.. run.Groups.SelectMany(group => group.Swept.Keys).Distinct(StringComparer.Ordinal)];
        foreach (var column in columns)
        {
            if (run.Groups.Select(group => group.Swept.GetValueOrDefault(column)).Distinct(StringComparer.Ordinal).Count() < 2)
                continue;
            foreach (var figure in Of(run, column))
                yield return figure;
        }
    }

    private static IEnumerable<Figure> Of(RunFolder run, string column)
    {
        string[] all = [.. run.Groups.Select(group => Other(group, column)).Distinct(StringComparer.Ordinal)];
        string[] lines = [.. run.Groups.Select(group => Line(run, group)).Distinct(StringComparer.Ordinal)];
        // What differs most in number goes into figures of its own; one figure alone can hold eight lines.
        if (all.Length * lines.Length <= Palette.Most)
        {
            yield return Figure(run, column, "", run.Groups, group => all.Length == 1 ? Line(run, group)
                : lines.Length == 1 ? Other(group, column) : $"{Line(run, group)}, {Other(group, column)}", 1, []);
            yield break;
        }

        for (var i = 0; i < Math.Min(all.Length, MostFacets); i++)
        {
            IReadOnlyList<string> notes = all.Length > MostFacets ? [$"One of {all.Length}, of which {MostFacets} are drawn; the table has all."] : [];
            yield return Figure(run, column, all[i], [.. run.Groups.Where(group => Other(group, column) == all[i])], group => Line(run, group), i + 1, notes);
        }
    }

    private static Figure Figure(RunFolder run, string column, string facet, IReadOnlyList<ResultGroup> groups, Func<ResultGroup, string> line, int number,
        IReadOnlyList<string> notes)
    {
        var metric = run.MainMetric;
        string[] values = [.. groups.Select(group => group.Swept.GetValueOrDefault(column, "")).Distinct(StringComparer.Ordinal)];
        var numbers = values.ToDictionary(value => value, value => groups.Where(group => group.Swept.GetValueOrDefault(column) == value)
            .Select(group => Number(group.SweptNumbers.GetValueOrDefault(column + "_value", ""))).FirstOrDefault(), StringComparer.Ordinal);
        var numeric = numbers.Values.All(value => value is not null);
        double Place(ResultGroup group) => numeric ? numbers[group.Swept[column]]!.Value : Array.IndexOf(values, group.Swept[column]);

        Panel Of(string of) => new(new Axis(Words.Label(of)) { IsShare = Words.IsShare(of), Min = 0, Max = Words.IsShare(of) ? 1 : null },
            [.. groups.GroupBy(line, StringComparer.Ordinal).Take(Palette.Most).Select((same, i) => Series(run, of, same, i, Place, numeric))]);
        var positive = numeric && numbers.Values.Min() > 0 && numbers.Values.Max() / numbers.Values.Min() > 50;
        var latency = groups.Any(group => run.Estimate(group, "latency_p95_ms").Mean is not null);
        return new Figure($"sweep-{Slug(column)}{(facet.Length > 0 ? $"-{number}" : "")}",
            $"{(run.HasModel ? "Top-1 accuracy" : "Requests completed")} against {column.Replace('_', ' ')}")
        {
            Subtitle = facet,
            X = new Axis(column.Replace('_', ' '))
            {
                Names = numeric ? null : values,
                IsLog = positive,
                IsShare = numeric && values.All(value => value.EndsWith('%')),
            },
            Panels = latency ? [Of(metric) with { Weight = 1.6 }, Of("latency_p95_ms")] : [Of(metric)],
            Notes = ["Bars: 95% intervals.", .. notes],
        };
    }

    private static Series Series(RunFolder run, string metric, IGrouping<string, ResultGroup> same, int number, Func<ResultGroup, double> place, bool numeric)
    {
        var points = same.Select(group => (Place: place(group), Value: run.Estimate(group, metric), Group: group)).Where(point => point.Value.Mean is not null)
            .OrderBy(point => point.Place).ToList();
        return new Series(same.Key, numeric ? Look.Line : Look.Dots, number, [.. points.Select(point => point.Place)],
            [.. points.Select(point => point.Value.Mean!.Value)])
        {
            Low = [.. points.Select(point => point.Value.Low ?? double.NaN)],
            High = [.. points.Select(point => point.Value.High ?? double.NaN)],
            Words = [.. points.Select(point => $"{Words.Shown(point.Group.Condition)}: {Words.Value(metric, point.Value.Mean)}")],
        };
    }

    private static string Line(RunFolder run, ResultGroup group) => !run.HasPolicies ? group.Model
        : run.HasModel ? $"{group.Model}, {group.Policy}" : group.Policy;

    /// <summary>Where a group is, but for the swept key that is looked at.</summary>
    private static string Other(ResultGroup group, string column) => string.Join(", ",
        new[] { group.BaseCondition }.Concat(group.Swept.Where(pair => pair.Key != column).Select(pair => $"{pair.Key.Replace('_', ' ')} {pair.Value}")));

    private static string Slug(string column) => string.Concat(column.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
