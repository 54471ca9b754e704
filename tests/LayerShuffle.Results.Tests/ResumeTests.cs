namespace LayerShuffle.Results.Tests;

public class ResumeTests
{
    private static readonly Dictionary<string, string> None = [];

    private static ResultsWriter Open(TemporaryDirectory directory) => new(directory.Path, 7, "resumed", []);

    [Fact]
    public void Results_from_before_the_loss_was_told_are_read_without_it()
    {
        using var folder = new TemporaryDirectory();
        using (var writer = Open(folder))
            writer.WriteTrial(Sample.Trial(), None);
        var told = ResultsReader.Trials(folder.Path).ShouldHaveSingleItem();
        (told.Metrics.Loss, told.HasLoss(0), told.HasLoss(2)).ShouldBe((0.625, true, false));
        foreach (string file in (string[])["conditions.csv", "requests.csv"])
        {
            folder.Lines(file)[0].ShouldEndWith(",loss");
            File.WriteAllLines(folder.File(file), folder.Lines(file).Select(line => line[..line.LastIndexOf(',')]));
        }

        var before = ResultsReader.Trials(folder.Path).ShouldHaveSingleItem();
        (before.Metrics.Loss, before.HasLoss(0), before.Metrics.Top1).ShouldBe((null, false, told.Metrics.Top1));
    }

    [Fact]
    public void What_an_unfinished_trial_left_is_dropped_and_the_resumed_run_equals_an_undisturbed_one()
    {
        using var whole = new TemporaryDirectory();
        using (var writer = Open(whole))
        {
            for (var trial = 0; trial < 3; trial++)
                writer.WriteTrial(Sample.Trial(Sample.Key(trial, repeat: trial)), None);
            writer.WriteSummary();
        }

        using var broken = new TemporaryDirectory();
        using (var writer = Open(broken))
        {
            for (var trial = 0; trial < 2; trial++)
                writer.WriteTrial(Sample.Trial(Sample.Key(trial, repeat: trial)), None);
        }
        File.AppendAllText(broken.File("requests.csv"), "2,shuffled,0,default,ideal,2,0,0,2,1,2,completed,0,10,0 1 2,,,0,0\n2,shuffled,0,def");
        File.AppendAllText(broken.File("links.csv"), "2,shuffled");
        File.AppendAllText(broken.File("conditions.csv"), "2,shuffled,0,default,\"id");

        ResultsReader.FinishedTrials(broken.Path).Select(key => key.Trial).ShouldBe([0, 1]);
        broken.Lines("requests.csv").Length.ShouldBe(1 + 2 * 3);
        using (var writer = Open(broken))
        {
            writer.Trials.Count.ShouldBe(2);
            writer.WriteTrial(Sample.Trial(Sample.Key(2, repeat: 2)), None);
            writer.WriteSummary();
        }
        foreach (var file in Directory.GetFiles(whole.Path).Select(Path.GetFileName))
            File.ReadAllBytes(broken.File(file!)).ShouldBe(File.ReadAllBytes(whole.File(file!)), file);
        Directory.GetFiles(broken.Path, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void A_condition_row_without_its_line_end_is_not_a_finished_trial()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = Open(directory))
            writer.WriteTrial(Sample.Trial(), None);
        var conditions = directory.Text("conditions.csv");
        File.WriteAllText(directory.File("conditions.csv"), conditions[..^1]);

        ResultsReader.FinishedTrials(directory.Path).ShouldBeEmpty();
        directory.Lines("requests.csv").Length.ShouldBe(1);
    }

    [Fact]
    public void A_directory_without_results_has_no_finished_trials()
    {
        using var directory = new TemporaryDirectory();
        ResultsReader.FinishedTrials(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Epochs_that_are_there_are_not_written_again()
    {
        using var directory = new TemporaryDirectory();
        var epoch = new Core.Records.TrainingRecord("m", 0, 1, 10, 1, 1, null, 0.1, 0.5, 0.5);
        using (var writer = Open(directory))
            writer.WriteTraining([epoch]);
        using (var writer = Open(directory))
            writer.WriteTraining([epoch, epoch with { Epoch = 2 }]);
        directory.Lines("training.csv").Length.ShouldBe(3);
    }

    [Fact]
    public void Results_with_other_columns_are_not_appended_to()
    {
        using var directory = new TemporaryDirectory();
        using (Open(directory))
        {
        }
        Should.Throw<InvalidDataException>(() => new ResultsWriter(directory.Path, 7, "resumed", ["network.loss"])).Message.ShouldContain("conditions.csv");
    }

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        using var directory = new TemporaryDirectory();
        using var writer = new ResultsWriter(directory.Path, 7, "resumed", ["network.loss"]);
        writer.WriteTrial(Sample.Trial(Sample.Key(4, condition: "a[network.loss=1%]")), new Dictionary<string, string> { ["network.loss"] = "1%" },
            new Dictionary<string, double> { ["network.loss"] = 0.01 });

        var read = ResultsReader.Trials(directory.Path).ShouldHaveSingleItem();
        var written = writer.Trials[0];
        read.Key.ShouldBe(written.Key);
        read.Metrics.ShouldBe(written.Metrics);
        read.Swept["network_loss"].ShouldBe("1%");
        read.Swept.Keys.ShouldBe(written.Swept.Keys);
        read.SweptNumbers["network_loss_value"].ShouldBe("0.01");
        read.Images.ShouldBe(written.Images);
        read.Correct.ShouldBe(written.Correct);
        read.LatencyMs.ShouldBe(written.LatencyMs);
        read.Skipped.ShouldBe(written.Skipped);
    }
}
