using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Tests;

/// <summary>Folders are drawn as they are found: what is missing is said, and only what is no run is refused.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly SampleRun run = new();

    [Fact]
    public void A_whole_folder_lacks_nothing()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        folder.Missing.ShouldBeEmpty();
        folder.Name.ShouldBe("sample");
        folder.Description.ShouldBe("What is shown, and <b>why</b>");
        folder.Groups.Count.ShouldBe(12);
        folder.Groups[0].SweptNumbers["network_loss_value"].ShouldBe("0");
        folder.Estimate(folder.Groups[0], "top1").Low.ShouldNotBeNull();
    }

    [Fact]
    public void Its_numbers_are_those_of_the_summary()
    {
        RunFolder folder = FolderReader.Read(run.Folder);
        foreach (var group in folder.Groups)
        {
            foreach (string metric in (string[])["top1", "completion", "latency_mean_ms", "latency_p95_ms"])
            {
                var kept = folder.Kept[(group.Model, group.Policy, group.Condition, metric)];
                (folder.Estimate(group, metric).Low, folder.Estimate(group, metric).High).ShouldBe((kept.Low, kept.High), $"{group.Name}, {metric}");
            }
        }
    }

    [Theory]
    [InlineData("requests.csv", "requests.csv is not there")]
    [InlineData("hops.csv", "hops.csv is not there")]
    [InlineData("run.json", "run.json is not there")]
    [InlineData("scenario.yaml", "scenario.yaml is not there")]
    public void What_is_not_there_is_said(string file, string sentence)
    {
        File.Delete(run.At(file));
        RunFolder folder = FolderReader.Read(run.Folder);
        folder.Missing.ShouldContain(text => text.StartsWith(sentence));
        folder.Estimate(folder.Groups[0], "top1").High.ShouldNotBeNull(); // also without requests: from summary.csv
    }

    [Fact]
    public void Half_a_last_row_and_a_torn_record_are_left_out()
    {
        File.AppendAllText(run.At("requests.csv"), "11,shuffled,0,has");
        File.WriteAllText(run.At("run.json"), "{\"state\": ");
        RunFolder folder = FolderReader.Read(run.Folder);
        folder.Trials.Count.ShouldBe(12);
        folder.Missing.ShouldContain(text => text.StartsWith("run.json cannot be read"));
        folder.Missing.ShouldNotContain(text => text.Contains("requests of trial"));
    }

    [Fact]
    public void A_run_that_was_stopped_says_how_far_it_came()
    {
        File.WriteAllText(run.At("run.json"), """{"state": "interrupted", "trials_done": 12, "trials": 40}""");
        FolderReader.Read(run.Folder).Missing.ShouldHaveSingleItem().ShouldStartWith("12 of 40 trials are finished; the run was interrupted");
    }

    [Fact]
    public void A_run_without_a_finished_trial_is_drawn_all_the_same()
    {
        foreach (string file in (string[])["conditions.csv", "requests.csv", "hops.csv", "faults.csv"])
            File.WriteAllText(run.At(file), File.ReadLines(run.At(file)).First() + "\n");
        RunReport.Draw(run.Folder).Missing.ShouldContain(text => text.StartsWith("No trial is finished"));
        run.Page.ShouldContain("Where trainings ended");
    }

    [Fact]
    public void What_is_no_run_is_refused_with_the_reason()
    {
        using var empty = new Scratch();
        Refusal(empty.At("nowhere")).ShouldStartWith("There is no folder");
        Refusal(empty.Write("file", "")).ShouldContain("is a file");
        Refusal(empty.Folder).ShouldContain("holds no run: there is neither conditions.csv nor scenario.yaml");
        empty.Write("conditions.csv", "name,value\nx,1\n");
        Refusal(empty.Folder).ShouldEndWith("it has no column `trial`.");
    }

    [Fact]
    public void Files_of_an_older_version_are_read()
    {
        string path = run.At("conditions.csv");
        string[] lines = File.ReadAllLines(path);
        int[] gone = [.. lines[0].Split(',').Select((name, i) => (name, i))
            .Where(column => column.name is "base_condition" or "unhealed" or "availability" or "network_loss_value").Select(column => column.i)];
        File.WriteAllLines(path, lines.Select(line => string.Join(',', line.Split(',').Where((_, i) => !gone.Contains(i)))));
        RunFolder folder = FolderReader.Read(run.Folder);
        folder.Groups.Count.ShouldBe(12);
        folder.Groups[4].Swept["network_loss"].ShouldBe("2.5%");
    }

    public void Dispose() => run.Dispose();

    private static string Refusal(string folder) => Should.Throw<NoRunException>(() => FolderReader.Read(folder)).Message;
}
