using System.Text.Json;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Report.Live;

namespace LayerShuffle.Report.Tests.Live;

public sealed class LiveStateTests
{
    private static readonly TrialKey[] Keys = [Key(0, "calm"), Key(1, "calm"), Key(2, "rough")];

    [Fact]
    public void A_watcher_gets_what_is_new_and_one_that_comes_late_gets_all()
    {
        var state = new LiveState();
        LiveCursor early = new(), late = new();
        state.Planned(Keys);
        Rows(state.News(early)).ShouldBe(["calm 0", "rough 0"]);
        state.News(early).ShouldBeNull("nothing has happened since");
        state.Began(Keys[2]);
        state.Progressed(Keys[2], 15, 60);
        state.Struck(Entry("one"));
        state.Said("a line");
        string news = state.News(early)!;
        Rows(news).ShouldBe(["rough 0.25"]);
        Names(news, "faults", "fault").ShouldBe(["one"]);
        Names(news, "faults", "trial").ShouldBe(["m, rough"]);
        state.Struck(Entry("two"));
        Names(state.News(early)!, "faults", "fault").ShouldBe(["two"]);
        string all = state.News(late)!;
        Rows(all).ShouldBe(["calm 0", "rough 0.25"]);
        Names(all, "faults", "fault").ShouldBe(["one", "two"]);
        Lines(all).ShouldBe(["a line"]);
        early.Ended.ShouldBeFalse();
        state.Over(new LiveEnd("done", 0, "", true));
        state.News(early)!.ShouldContain("\"state\":\"done\"");
        early.Ended.ShouldBeTrue();
    }

    [Fact]
    public void Trainings_side_by_side_keep_their_places_until_they_are_over()
    {
        var state = new LiveState();
        Train("one", 1);
        Beside().ShouldBe(["one 1"]);
        Train("two", 1);
        Train("one", 2);
        Beside().ShouldBe(["one 2", "two 1"], "whoever was told of last does not push the other aside");
        Train("one", 3);
        Beside().ShouldBe(["one 3", "two 1"]);
        Train("two", 2);
        Beside().ShouldBe(["two 2"]);
        Train("two", 3);
        Beside().ShouldBe(["two 3"], "the last one stays");
        state.Planned(Keys);
        Beside().ShouldBeEmpty();

        void Train(string model, int step) => state.Trains(new LiveTraining(model, step, 3, 1, 1, 0.5, ""));

        string[] Beside()
        {
            JsonElement news = JsonDocument.Parse(state.News(new LiveCursor())!).RootElement, first = news.GetProperty("training");
            return [.. (first.ValueKind == JsonValueKind.Null ? [] : new[] { first }).Concat(news.GetProperty("beside").EnumerateArray())
                .Select(one => $"{one.GetProperty("model").GetString()} {one.GetProperty("step").GetInt32()}")];
        }
    }

    [Fact]
    public void One_that_is_slow_gets_the_last_of_many()
    {
        var state = new LiveState();
        var slow = new LiveCursor();
        state.Planned(Keys);
        state.News(slow);
        for (int i = 0; i < 100_000; i++)
        {
            state.Said($"line {i}");
            state.Struck(Entry($"fault {i}"));
            state.Progressed(Keys[0], i, 100_000);
        }

        string news = state.News(slow)!;
        Lines(news).ShouldBe(Enumerable.Range(99_500, 500).Select(i => $"line {i}"));
        Names(news, "faults", "fault").ShouldBe(Enumerable.Range(99_800, 200).Select(i => $"fault {i}"));
        Rows(news).ShouldBe(["calm 0.499995"]);
    }

    [Fact]
    public void Another_run_begins_anew()
    {
        var state = new LiveState();
        var seen = new LiveCursor();
        state.Planned(Keys);
        state.Struck(Entry("old"));
        state.News(seen);
        state.Planned([Key(0, "other")]);
        state.Struck(Entry("new"));
        string news = state.News(seen)!;
        Rows(news).ShouldBe(["other 0"]);
        Names(news, "faults", "fault").ShouldBe(["new"]);
        JsonDocument.Parse(news).RootElement.GetProperty("fresh").GetBoolean().ShouldBeTrue();
    }

    private static TrialKey Key(int trial, string condition) => new(trial, "m", 0, "default", condition, trial);

    private static LedgerEntry Entry(string fault) => new(new Instant(1_000_000), fault, "crash", "node-1", "already_down");

    private static string[] Rows(string? news) => [.. JsonDocument.Parse(news!).RootElement.GetProperty("rows").EnumerateArray()
        .Select(row => FormattableString.Invariant($"{row.GetProperty("condition").GetString()} {row.GetProperty("share").GetDouble()}"))];

    private static string[] Names(string news, string list, string name) => [.. JsonDocument.Parse(news).RootElement.GetProperty(list).EnumerateArray()
        .Select(item => item.GetProperty(name).GetString()!)];

    private static string[] Lines(string news) => [.. JsonDocument.Parse(news).RootElement.GetProperty("lines").EnumerateArray()
        .Select(item => item.GetString()!)];
}
