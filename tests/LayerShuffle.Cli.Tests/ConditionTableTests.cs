using System.Globalization;
using System.Runtime.CompilerServices;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Results.Tests;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// The table, the ranking and the warnings, line by line. LAYERSHUFFLE_SNAPSHOTS=write writes the snapshots anew, to be looked at before they are kept.
/// </summary>
public sealed class ConditionTableTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string name in new[] { "80", "120", "none", "80-colours" })
            {
                foreach (string culture in new[] { "", "de-DE", "tr-TR" })
                    cases.Add(name, culture);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_fits_and_breaks_no_word(string name, string culture)
    {
        string printed = culture.Length == 0 ? Print(name) : Cultures.Under(culture, () => Print(name));
        string file = Path.Combine(Folder(), $"table-{name}.txt");
        if (Environment.GetEnvironmentVariable("LAYERSHUFFLE_SNAPSHOTS") == "write")
            File.WriteAllText(file, printed);
        printed.ShouldBe(File.ReadAllText(file));
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int width))
            printed.Split('\n').ShouldAllBe(line => line.Length <= width);
    }

    [Fact]
    public void Whatever_names_a_row_is_there_at_every_width()
    {
        foreach (string name in new[] { "80", "120", "none" })
        {
            string text = string.Join(' ', Print(name).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            foreach (string word in new[] { "shuffled", "lossy-links-of-the-far-edge[network.loss=1%]", "lossy-links-of-the-far-edge[network.loss=20%]",
                "patient", "spare", "completed", "resends" })
                text.ShouldContain(word);
        }
    }

    [Fact]
    public void Every_warning_names_where_it_holds()
    {
        IReadOnlyList<ResultGroup> groups = Groups.Of(Sample.Scored(Sample.Key(0, condition: "few"), 2, 2),
            Sample.Scored(Sample.Key(1, condition: "sound"), [.. Enumerable.Repeat(2, 40)]));
        Print(new Screen(new StringWriter()), groups).ShouldContain("warning: few: 2 requests are few");
    }

    private static string Print(string name)
    {
        int? width = name == "none" ? null : int.Parse(name.Split('-')[0], CultureInfo.InvariantCulture);
        return Print(new Screen(new StringWriter()) { Width = width, Colours = name.EndsWith("colours", StringComparison.Ordinal) }, Results());
    }

    private static string Print(Screen like, IReadOnlyList<ResultGroup> groups)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        ConditionTable.Print(new Screen(writer) { Width = like.Width, Colours = like.Colours }, groups);
        return writer.ToString();
    }

    /// <summary>Two policies under two swept conditions, one of them with few requests, and an unharmed one.</summary>
    private static IReadOnlyList<ResultGroup> Results()
    {
        int trial = 0;
        return Groups.Swept(
        [
            .. new[] { "1%", "20%" }.SelectMany(loss => new[] { "patient", "spare" }.Select(policy =>
                (loss, Scored(policy, "lossy-links-of-the-far-edge", 40, (i, seed) => loss == "1%" ? 2 - (i * 7 + seed) % 3 / 2 : policy == "spare" ? 1 + i % 2
                    : i % 5 == 0 ? -1 : i % 2)))),
            .. new[] { "patient", "spare" }.Select(policy => ("0%", Scored(policy, "calm", 8, (i, _) => 2 - i % 2))),
        ]);

        TrialRecord Scored(string policy, string condition, int requests, Func<int, int, int> correct)
        {
            int seed = policy == "spare" ? 1 : 0;
            return Sample.Scored(Sample.Key(trial++, policy: policy, condition: condition), [.. Enumerable.Range(0, requests).Select(i => correct(i, seed))]);
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Snapshots");
}
