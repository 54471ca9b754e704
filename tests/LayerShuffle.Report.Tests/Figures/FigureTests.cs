using System.Runtime.CompilerServices;
using LayerShuffle.Report.Drawing;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Tests.Figures;

/// <summary>Figures show what was measured, the same on every machine.</summary>
public sealed class FigureTests : IDisposable
{
    private readonly SampleRun run = new();

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Pages_and_pictures_are_the_same_in_every_culture(string culture)
    {
        (string page, string svg) = Everything();
        (string there, string drawn) = Cultures.Under(culture, Everything);
        there.ShouldBe(page);
        drawn.ShouldBe(svg);
        page.ShouldContain("12.25"); // a number that a comma would tear apart
    }

    [Fact]
    public void The_tables_are_those_of_the_snapshot()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        PageModel page = new PageBuilder(folder, FigureBook.Of(folder), []).Build();
        string text = string.Join("\n", page.Sentences) + "\n" + string.Concat(page.Sections.SelectMany(section => section.Tables).Select(table =>
            $"\n{table.Caption}\n{string.Join(" | ", table.Columns.Select(column => column.Title))}\n"
            + string.Concat(table.Rows.Take(4).Select(row => string.Join(" | ", row.Select(cell => cell.Text)) + "\n"))));
        if (Environment.GetEnvironmentVariable("LAYERSHUFFLE_SNAPSHOTS") is "write")
            File.WriteAllText(Snapshot(), text);
        text.ShouldBe(File.ReadAllText(Snapshot()).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Intervals_stand_where_the_summary_has_them()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        Figure figure = AccuracyFigure.Of(folder)!;
        Series plain = figure.Panels[0].Series[0];
        plain.Name.ShouldBe("plain");
        plain.X[0].ShouldBe(folder.Trials[0].Metrics.Top1!.Value);
        plain.Low![0].ShouldBe(folder.Kept[("plain", "patient", "lossy[network.loss=0%]", "top1")].Low!.Value);
        figure.Panels[0].Y.Names!.Count.ShouldBe(6); // conditions and policies
    }

    [Fact]
    public void Losses_are_drawn_where_answers_have_one()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        Figure figure = AccuracyFigure.Loss(folder)!;
        (figure.X.IsShare, figure.X.Max).ShouldBe((false, null));
        Series plain = figure.Panels[0].Series[0];
        plain.X[0].ShouldBe(0.5 + (0.25 * 2.5), 1e-9); // 1, 2, 3 and none of four are right in turn
        plain.Low![0].ShouldBe(folder.Kept[("plain", "patient", "lossy[network.loss=0%]", "loss")].Low!.Value);

        TrialData[] without = [.. folder.Trials.Select(trial => trial with { Metrics = trial.Metrics with { Loss = null }, Loss = [] })];
        AccuracyFigure.Loss(folder with { Trials = without, Groups = ResultGroup.Of(without) }).ShouldBeNull();
    }

    [Fact]
    public void A_label_is_no_wider_than_its_room_and_keeps_both_ends()
    {
        string wide = "first " + new string('W', 32) + " last";
        Assert.SkipUnless(Letters.Any, "This machine has no fonts.");
        string fits = Letters.Fit(wide, 20, 300);
        Letters.Width(wide, 20).ShouldBeGreaterThan(300);
        Letters.Width(fits, 20).ShouldBeInRange(250, 300); // no more is cut than must be
        (fits.StartsWith("first ", StringComparison.Ordinal), fits.EndsWith(" last", StringComparison.Ordinal)).ShouldBe((true, true));
        Letters.Fit("short", 20, 300).ShouldBe("short");
    }

    [Fact]
    public void A_swept_number_is_an_axis()
    {
        Figure figure = SweepFigures.Of(FolderReader.Read(run.Folder)).ShouldHaveSingleItem();
        figure.X.Names.ShouldBeNull();
        figure.Panels[0].Series[0].X.ShouldBe([0, 0.025, 0.1]);
        figure.Panels[0].Series.Select(series => series.Name).ShouldBe(["plain, patient", "plain, hasty", "shuffled, patient", "shuffled, hasty"]);
    }

    [Fact]
    public void The_front_is_what_nothing_beats_in_both()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        TradeOff At(double cost, double value) => new(folder.Groups[0], cost, value, null, null);
        TradeOffFigures.Front([At(3, 0.9), At(1, 0.5), At(2, 0.4), At(2, 0.7), At(4, 0.9)]).Select(point => point.Cost).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_crash_is_shaded_from_its_beginning_to_its_end()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        Figure figure = TimelineFigure.Of(folder, 2)!;
        figure.Bands.ShouldHaveSingleItem().ShouldBe(new Band(50, 120, "outage: crash of node-1", 1));
        figure.Panels[0].Series[1].X.Count.ShouldBe(3); // those that failed
        ReplayReader.Read(folder)[0].Hops["s"].Count.ShouldBe(120);
    }

    [Fact]
    public void A_trial_whose_requests_are_known_is_told_whichever_repeat_it_is()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        TrialData later = folder.Trials[0] with { Key = folder.Trials[0].Key with { Trial = 99, Repeat = 1 } };
        RunFolder live = folder with
        {
            Trials = [folder.Trials[0], later],
            Groups = ResultGroup.Of([folder.Trials[0], later]),
            Requests = new Dictionary<int, TrialRequests> { [99] = folder.Requests[0] },
        };
        TimelineFigure.Telling(live, 5).ShouldBe([99]);
    }

    [Fact]
    public void Models_stand_side_by_side_and_what_does_not_survive_is_marked()
    {
        RunFolder read = FolderReader.Read(run.Folder);
        TrialData[] trials = [.. read.Trials.Select(trial => trial.Key.Trial == 2 ? trial with { Metrics = trial.Metrics with { Top1 = 0.1 } } : trial)];
        RunFolder folder = read with { Trials = trials, Groups = ResultGroup.Of(trials) };
        int marked = 0;
        PageTable table = new ResultTables(folder).Survival().ShouldHaveSingleItem();
        table.Columns.Select(column => column.Title).ShouldBe(["condition", "policy", "plain", "shuffled", "p50 ms", "p95 ms"]);
        foreach (string model in (string[])["plain", "shuffled"])
        {
            int at = table.Columns.ToList().FindIndex(column => column.Title == model);
            double best = folder.Groups.Where(group => group.Model == model).Max(group => folder.Estimate(group, "top1").Mean!.Value);
            foreach (IReadOnlyList<PageCell> row in table.Rows)
            {
                double own = folder.Estimate(folder.Groups.Single(group => (group.Model, group.Condition, group.Policy)
                    == (model, row[0].Text, row[1].Text)), "top1").Mean!.Value;
                (row[at].Mood == "bad", row[at].Text.EndsWith('▼')).ShouldBe((own < best - 0.05, own < best - 0.05));
                marked += row[at].Mood == "bad" ? 1 : 0;
            }
        }

        marked.ShouldBe(1);
    }

    [Fact]
    public void Marks_of_axes_are_round()
    {
        Ticks.Linear(0, 1, 5).ShouldBe([0, 0.2, 0.4, 0.6, 0.8, 1]);
        Ticks.Linear(3, 48, 5).ShouldBe([10, 20, 30, 40]);
        Ticks.Logarithmic(2, 30).ShouldBe([2, 5, 10, 20]);
        Ticks.Text(0.125, true).ShouldBe("12.5%");
        Ticks.Text(12345, false).ShouldBe("12.35k");
    }

    public void Dispose() => run.Dispose();

    private static string Snapshot([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path))!, "Snapshots", "tables.txt");

    private (string Page, string Svg) Everything()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        FigureBook book = FigureBook.Of(folder);
        book.Failed.ShouldBeEmpty();
        IReadOnlyList<ReplayTrial> trials = ReplayReader.Read(folder);
        return (PageWriter.Write(new PageBuilder(folder, book, trials).Build(), trials), FigureFiles.ToSvg(book.Named("tradeoff")[0]));
    }
}
