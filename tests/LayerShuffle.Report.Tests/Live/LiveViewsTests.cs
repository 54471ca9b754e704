using System.Text.Json;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Live;
using LayerShuffle.Report.Page;
using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Tests.Live;

/// <summary>The report's figures while a run goes on.</summary>
public sealed class LiveViewsTests : IDisposable
{
    private readonly WatchedRun run = new();
    private readonly Moments time = new();

    [Fact]
    public void They_come_as_trials_and_epochs_finish_and_once_a_second_at_most()
    {
        var views = new LiveViews(run.State, time);
        Figures(views, -1, out long seen).ShouldBeEmpty();
        run.Begins();
        views.News(seen, out seen).ShouldBeNull("a second has not passed");
        time.Passes(1);
        Figures(views, seen, out seen).ShouldBe(["training"]);
        views.News(seen, out seen).ShouldBeNull("nothing has happened since");
        for (int trial = 0; trial < run.Trials; trial++)
            run.Finishes(trial);
        views.News(seen, out seen).ShouldBeNull();
        time.Passes(1);
        Figures(views, seen, out seen).ShouldBe(["accuracy", "latency", "latency-2", "latency-3", "timeline", "training"]);
        views.Made.ShouldBe(3);
        Figures(views, -1, out _).Length.ShouldBe(6, "who comes late gets what is there");
        views.Made.ShouldBe(3, "and nothing is made for that");
    }

    [Fact]
    public void They_are_those_of_the_report()
    {
        run.Begins();
        for (int trial = 0; trial < run.Trials; trial++)
            run.Finishes(trial);
        JsonElement shown = Find(JsonDocument.Parse(new LiveViews(run.State, time).News(-1, out _)!).RootElement, "accuracy");
        using var data = JsonDocument.Parse(PageData.Write([AccuracyFigure.Of(FolderReader.Read(run.Folder))!], []));
        shown.GetRawText().ShouldBe(Find(data.RootElement, "accuracy").GetRawText());
    }

    [Fact]
    public void Another_run_begins_without_figures()
    {
        var views = new LiveViews(run.State, time);
        run.Begins();
        run.Finishes(0);
        Figures(views, -1, out long seen).ShouldContain("accuracy");
        run.State.Planned([]);
        time.Passes(1);
        Figures(views, seen, out _).ShouldBeEmpty();
    }

    [Fact]
    public void The_last_trial_can_be_played_if_it_was_traced()
    {
        LiveViews.Replay(run.State.Snapshot()).ShouldBeNull();
        run.Begins();
        run.Finishes(0); // all rows are in the folder already: they count as those of the first
        using var replay = JsonDocument.Parse(LiveViews.Replay(run.State.Snapshot())!);
        JsonElement trial = replay.RootElement.GetProperty("trials")[0];
        trial.GetProperty("trial").GetInt32().ShouldBe(0);
        trial.GetProperty("requests").GetProperty("n").GetArrayLength().ShouldBe(40);
        run.State.News(new LiveCursor())!.ShouldContain("\"replay\":{\"trial\":0,");
        File.Delete(Path.Combine(run.Folder, "hops.csv"));
        LiveViews.Replay(run.State.Snapshot()).ShouldBeNull("somebody has taken it away");
    }

    public void Dispose() => run.Dispose();

    private static string[] Figures(LiveViews views, long seen, out long now) =>
        [.. JsonDocument.Parse(views.News(seen, out now)!).RootElement.GetProperty("figures").EnumerateArray()
            .Select(figure => figure.GetProperty("id").GetString()!)];

    private static JsonElement Find(JsonElement data, string id) =>
        data.GetProperty("figures").EnumerateArray().First(figure => figure.GetProperty("id").GetString() == id);

    /// <summary>A clock that a test sets.</summary>
    private sealed class Moments : TimeProvider
    {
        private long ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Passes(int seconds) => ticks += seconds * TimestampFrequency;

        public override long GetTimestamp() => ticks;
    }
}
