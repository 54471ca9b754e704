using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Csv;

/// <summary>The files of weighed sets, byte by byte, and read again by a run that is resumed.</summary>
public sealed class ReliabilityFilesTests
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void Sets_and_importance_are_written_and_read_again()
    {
        using var folder = new TemporaryDirectory();
        TrialRecord record = Sample.Trial(Sample.Key(), []) with
        {
            Links = [],
            Retries = 0,
            ResultsSuperseded = 0,
            Reliability = new ReliabilityRecord(
                [new ReliabilitySet([], 0, 0.75, 0.9, 1, 0), new ReliabilitySet(["rack", "node-3"], 3, 0.25, 0.5, 0.5, 2)],
                new ExpectedAccuracy(0.8, 0.7, 0.9, 40, 0.875, true),
                [new Importance("node", "node-1", 0.75, 0.9, 0.5, 0.3, 0.5), new Importance("layer", "0", 1, 0.8, null, null, null)],
                2.5, 0.5, 0.95, 0.9, 0.8125),
        };
        using (var writer = new ResultsWriter(folder.Path, 1, "s", [], durable: false, weighsSets: true))
        {
            writer.WriteTrial(record, None);
            writer.WriteSummary();
        }

        const string key = "0,shuffled,0,default,ideal,0,";
        folder.Lines("reliability.csv").Skip(1).ShouldBe([key + ",0,0.75,0.9,1,0", key + "rack node-3,3,0.25,0.5,0.5,2"]);
        folder.Lines("importance.csv").Skip(1).ShouldBe(
        [
            key + "expected,,0.875,,,0.8,0.7,0.9,40,exact", key + "node,node-1,0.75,0.9,0.5,0.4,0.3,0.5,40,exact", key + "layer,0,1,0.8,,,,,40,exact",
        ]);
        string summary = folder.Text("summary.csv");
        using var again = new ResultsWriter(folder.Path, 1, "s", [], durable: false, weighsSets: true);
        again.Damaged.ShouldBeEmpty();
        again.Trials.ShouldHaveSingleItem().Expected.ShouldBe(record.Reliability.Expected);
        ResultGroup group = ResultGroup.Of(again.Trials).ShouldHaveSingleItem();
        MetricSummary top1 = MetricSummary.Of(group, "top1");
        (top1.Mean, top1.Ci.Low, top1.Ci.High, top1.Ci.Count).ShouldBe((0.8, 0.7, 0.9, 40));
        MetricSummary.Of(group, "completion").Mean.ShouldBe(0.875);
        MetricSummary.Of(group, "availability").Mean.ShouldBe(0.8125);
        again.WriteSummary();
        folder.Text("summary.csv").ShouldBe(summary);
    }

    [Fact]
    public void Of_several_trials_the_interval_is_that_of_their_mean()
    {
        TrialRecord Expected(int trial, int repeat, double top1, double half) => Sample.Trial(Sample.Key(trial, repeat: repeat), []) with
        {
            Reliability = new ReliabilityRecord([], new ExpectedAccuracy(top1, top1 - half, top1 + half, 10, 1, true), [], 3, 0, top1, top1, 1),
        };
        MetricSummary top1 = MetricSummary.Of(Groups.Of(Expected(0, 0, 0.9, 0.03), Expected(1, 1, 0.8, 0.04))[0], "top1");
        top1.Mean.ShouldNotBeNull().ShouldBe(0.85, 1e-12);
        top1.Ci.HalfWidth.ShouldNotBeNull().ShouldBe(0.025, 1e-12); // √(0.03² + 0.04²) ÷ 2
        top1.Ci.Count.ShouldBe(20);
    }

    [Fact]
    public void Without_them_the_files_are_not_there()
    {
        using var folder = new TemporaryDirectory();
        using (var writer = new ResultsWriter(folder.Path, 1, "s", [], durable: false))
            writer.WriteTrial(Sample.Trial(), None);
        File.Exists(folder.File("reliability.csv")).ShouldBeFalse();
        File.Exists(folder.File("importance.csv")).ShouldBeFalse();
    }

    [Fact]
    public void Outages_of_trainings_stay_when_a_run_is_resumed_and_go_when_the_model_is_trained_again()
    {
        using var folder = new TemporaryDirectory();
        OutageRecord outage = new("kill", "node-2", Sample.At(100), Sample.At(110), Sample.At(300))
        {
            Recovered = Sample.At(320),
            StepsLost = 3,
            StepsRepeated = 1,
            StepsToRegain = 12,
        };
        using (var writer = new ResultsWriter(folder.Path, 1, "s", [], durable: false))
        {
            writer.WriteTrainingOutages("shuffled", 0, [outage]);
            writer.WriteTrainingOutages("shuffled", 1, [outage]);
            writer.WriteTrial(Sample.Trial(), None);
        }

        using (var writer = new ResultsWriter(folder.Path, 1, "s", [], durable: false))
            writer.WriteTrainingOutages("shuffled", 1, [outage with { StepsToRegain = null }]);
        folder.Lines("recovery.csv").Skip(1).ShouldBe(
            [",shuffled,0,,,,kill,node-2,100,110,300,320,,,,3,1,12", ",shuffled,1,,,,kill,node-2,100,110,300,320,,,,3,1,"]);
    }
}
