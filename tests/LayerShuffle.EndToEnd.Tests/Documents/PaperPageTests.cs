using System.Globalization;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The page of the paper's experiments says what the files beside it say.</summary>
public sealed partial class PaperPageTests
{
    private const string Folder = "results/reference/paper";

    private readonly string page = Pages.Read($"{Folder}/README.md");

    [Fact]
    public void Accuracies_and_retention_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("retention-cifar10");
        List<Match> rows = [.. Row().Matches(page).Cast<Match>()];
        rows.Select(row => row.Groups["model"].Value).ShouldBe(["standard", "standard-continued", "layershuffle"]);
        foreach (Match row in rows)
        {
            row.Groups["ordered"].Value.ShouldBe(Told(top1[(row.Groups["model"].Value, "in-order")]));
            row.Groups["any"].Value.ShouldBe(Told(top1[(row.Groups["model"].Value, "any-order")]));
        }

        double[] whole = top1[("standard-continued", "in-order")], shuffled = top1[("layershuffle", "any-order")];
        page.ShouldContain($"**{Told([.. shuffled.Zip(whole, (kept, of) => kept / of)])}%** for `layershuffle`");
        page.ShouldContain($"{Told([.. whole.Zip(shuffled, (of, kept) => of - kept)])} points lost");
        page.ShouldContain($"{Told([.. top1[("standard-continued", "any-order")].Zip(whole, (kept, of) => kept / of)])}% for `standard-continued`");
        page.ShouldContain($"{Told([.. whole.Zip(top1[("layershuffle", "in-order")], (of, kept) => of - kept)])} points | reproduced");
    }

    [Fact]
    public void Accuracies_without_layers_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("pruning-cifar10");
        foreach (string model in new[] { "standard-continued", "layershuffle" })
        {
            foreach ((string order, string words) in new[] { ("in-order", "in order"), ("any-order", "any order") })
            {
                page.ShouldContain($"| `{model}`, {words} | {Told(top1[(model, order)])} | " + string.Join(" | ",
                    Enumerable.Range(1, 4).Select(gone => Told(top1[(model, $"{order}-{gone}")]))) + " |");
            }
        }

        foreach (int gone in new[] { 1, 2 })
        {
            double left = top1[("layershuffle", $"any-order-{gone}")].Average(), all = top1[("layershuffle", "any-order")].Average();
            page.ShouldContain(string.Create(CultureInfo.InvariantCulture, $" | {100 * left / all:0}% | "));
        }
    }

    [Fact]
    public void Answers_of_layers_are_what_was_measured()
    {
        string[][] lines = [.. File.ReadLines(Pages.At($"{Folder}/layers-cifar10/layers.csv")).Select(line => line.Split(','))];
        int Column(string name) => Array.IndexOf(lines[0], name);
        foreach ((string probe, string words, string column) in new[] { ("in_order", "as they are", "top1"), ("without", "one left out", "top1"),
            ("swapped_with", "two exchanged", "top1"), ("repeated", "one twice", "top1"), ("parallel", "two neighbours side by side", "top1"),
            ("reversed", "in reverse", "top1"), ("read_position", "a linear probe reads the position", "value") })
        {
            string[] told = [.. new[] { "standard-continued", "layershuffle" }.Select(model => Told([.. lines.Skip(1)
                .Where(row => row[Column("model")] == model && row[Column("probe")] == probe).GroupBy(row => row[Column("training_seed")])
                .Select(seed => seed.Average(row => double.Parse(row[Column(column)], CultureInfo.InvariantCulture)))]))];
            page.ShouldContain($"| {words} | {told[0]} | {told[1]} |");
        }
    }

    [Fact]
    public void Accuracies_under_failures_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("failures-cifar10");
        string[] conditions = [.. top1.Keys.Select(key => key.Condition).Distinct()];
        conditions.Length.ShouldBe(5);
        foreach (string condition in conditions)
            page.ShouldContain($"| {condition} | {Percent(top1[("baseline", condition)])} | {Percent(top1[("shuffled", condition)])} |");

        static string Percent(double[] one) => string.Create(CultureInfo.InvariantCulture, $"{100 * one.ShouldHaveSingleItem():0.0}");
    }

    [Fact]
    public void Accuracies_of_the_five_ways_of_training_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("small-cifar10");
        string[] models = [.. top1.Keys.Select(key => key.Model).Distinct()];
        models.ShouldBe(["standard", "standard-continued", "layerdrop", "layershuffle", "layershuffle-position", "layershuffle-predict"]);
        foreach (string model in models)
        {
            string[] conditions = ["in-order", "in-order-1", "in-order-2", "any-order", "any-order-1", "any-order-2"];
            page.ShouldContain($"| `{model}` | {string.Join(" | ", conditions.Select(condition => Told(top1[(model, condition)])))} |");
        }

        double[] whole = top1[("standard-continued", "in-order")];
        foreach (string model in models.Where(model => model.StartsWith("layershuffle", StringComparison.Ordinal)))
        {
            string kept = Told([.. top1[(model, "any-order")].Zip(whole, (any, of) => any / of)]);
            string lost = Told([.. whole.Zip(top1[(model, "any-order")], (of, any) => of - any)]);
            page.ShouldContain($"| `{model}` | {kept}% | {lost} points |");
        }
    }

    [Fact]
    public void What_recipes_keep_is_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("small-recipes-cifar10");
        double[] whole = top1[("standard-continued", "in-order")];
        string[] models = [.. top1.Keys.Select(key => key.Model).Distinct()];
        models.Length.ShouldBe(8);
        foreach (string model in models)
        {
            string[] conditions = ["in-order", "any-order", "any-order-pinned"];
            page.ShouldContain($"| `{model}` | {string.Join(" | ", conditions.Select(condition => Told(top1[(model, condition)])))} "
                + $"| {Kept("any-order")}% | {Kept("any-order-pinned")}% |");

            string Kept(string condition) => Told([.. top1[(model, condition)].Zip(whole, (kept, of) => kept / of)]);
        }

        page.ShouldContain("on every seed it is ahead, by " + Ahead("distilled-curriculum"));
        page.ShouldContain("Distillation alone is ahead by " + Ahead("distilled"));

        string Ahead(string model)
        {
            string[] points = [.. top1[(model, "any-order")].Zip(top1[("layershuffle", "any-order")],
                (own, plain) => string.Create(CultureInfo.InvariantCulture, $"{100 * (own - plain):0.0}"))];
            return $"{string.Join(", ", points[..^1])} and {points[^1]}";
        }
    }

    [Fact]
    public void What_a_longer_refinement_keeps_is_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("long-cifar10");
        double whole = top1[("standard-continued", "in-order")].ShouldHaveSingleItem();
        foreach (string model in (string[])["standard", "standard-continued", "layershuffle"])
        {
            double[] any = top1[(model, "any-order")];
            page.ShouldContain($"| `{model}` | {Told(top1[(model, "in-order")])} | {Told(any)} | {Told([any.ShouldHaveSingleItem() / whole])}% |");
        }
    }

    [Fact]
    public void Accuracies_among_a_hundred_classes_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("small-cifar100");
        double[] whole = top1[("standard-continued", "in-order")];
        string[] conditions = ["in-order", "in-order-1", "in-order-2", "any-order", "any-order-1", "any-order-2"];
        foreach (string model in (string[])["standard", "standard-continued", "layershuffle", "distilled-curriculum"])
        {
            double[] any = top1[(model, "any-order")];
            any.Length.ShouldBe(3);
            page.ShouldContain($"| `{model}` | {string.Join(" | ", conditions.Select(condition => Told(top1[(model, condition)])))} "
                + $"| {Told([.. any.Zip(whole, (kept, of) => kept / of)])}% |");
        }
    }

    [Fact]
    public void Accuracies_of_two_cores_are_what_was_measured()
    {
        Dictionary<(string Model, string Condition), double[]> top1 = Trials("two-cores-cifar10");
        double[] whole = top1[("standard-continued", "in-order")];
        whole.Length.ShouldBe(3);
        whole.ShouldAllBe(accuracy => accuracy > 0.65);
        string[] conditions = ["in-order", "in-order-1", "in-order-2", "any-order", "any-order-1", "any-order-2"];
        string[] models = [.. top1.Keys.Select(key => key.Model).Distinct()];
        models.Length.ShouldBe(7);
        foreach (string model in models)
        {
            string kept = Told([.. top1[(model, "any-order")].Zip(whole, (any, of) => any / of)]);
            page.ShouldContain($"| `{model}` | {string.Join(" | ", conditions.Select(condition => Told(top1[(model, condition)])))} | {kept}% |");
            string lost = $"{Told([.. whole.Zip(top1[(model, "any-order")], (of, any) => of - any)])} points are lost";
            if (model is "layershuffle" or "distilled-curriculum")
                page.ShouldContain(model == "layershuffle" ? $"{kept}%, {lost}" : $"**{kept}%**: {lost}");
        }

        string[] ahead = [.. top1[("distilled-curriculum", "any-order")].Zip(top1[("layershuffle", "any-order")],
            (own, plain) => string.Create(CultureInfo.InvariantCulture, $"{100 * (own - plain):0.0}"))];
        page.ShouldContain($"ahead of plain LayerShuffle by {ahead[0]}, {ahead[1]} and {ahead[2]} points");
    }

    [Fact]
    public void What_merging_costs_is_what_was_measured()
    {
        string[][] lines = [.. File.ReadLines(Pages.At($"{Folder}/merging-cifar10/layers.csv")).Select(line => line.Split(','))];
        int Column(string name) => Array.IndexOf(lines[0], name);
        (double Top1, double Gained) Answer(string model, string probe)
        {
            string[] row = lines.Where(row => row[Column("model")] == model && row[Column("probe")] == probe).ShouldHaveSingleItem();
            return (double.Parse(row[Column("top1")], CultureInfo.InvariantCulture), double.Parse(row[Column("value")], CultureInfo.InvariantCulture));
        }

        static string Beside((double Top1, double Gained) answer) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * answer.Top1:0.0} ({100 * answer.Gained:+0.0;-0.0})");
        foreach (string model in (string[])["standard-continued", "layershuffle"])
        {
            foreach ((string suffix, string words) in (ReadOnlySpan<(string, string)>)[("", "in order"), ("_any_order", "any order")])
            {
                (double Top1, double Gained) merged = Answer(model, "merged" + suffix);
                string alone = string.Create(CultureInfo.InvariantCulture, $"{100 * (merged.Top1 - merged.Gained):0.0}");
                page.ShouldContain($"| `{model}`, {words} | {alone} | {Beside(merged)} | {Beside(Answer(model, "ensemble" + suffix))} |");
            }
        }
    }

    /// <summary>Top-1 by training seed.</summary>
    private static Dictionary<(string Model, string Condition), double[]> Trials(string run)
    {
        string[][] lines = [.. File.ReadLines(Pages.At($"{Folder}/{run}/conditions.csv")).Select(line => line.Split(','))];
        int Column(string name) => Array.IndexOf(lines[0], name);
        return lines.Skip(1).GroupBy(row => (row[Column("model")], row[Column("condition")])).ToDictionary(group => group.Key,
            group => group.OrderBy(row => row[Column("training_seed")], StringComparer.Ordinal)
                .Select(row => double.Parse(row[Column("top1")], CultureInfo.InvariantCulture)).ToArray());
    }

    /// <summary>Mean and standard deviation in percent, as the page writes them; one value as it is.</summary>
    private static string Told(double[] values)
    {
        if (values.Length == 1)
            return string.Create(CultureInfo.InvariantCulture, $"{100 * values[0]:0.0}");
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Length - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:0.0} ± {100 * deviation:0.0}");
    }

    [GeneratedRegex(@"^\| `(?<model>[a-z-]+)` \| (?<ordered>[0-9.± ]+) \| (?<any>[0-9.± ]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
