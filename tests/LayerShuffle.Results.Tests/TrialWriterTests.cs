using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Tests;

/// <summary>Rows that come while a trial runs.</summary>
public class TrialWriterTests
{
    internal static readonly Dictionary<string, string> Nothing = [];

    internal static HopRecord Hop(int request) => new()
    {
        Request = request,
        Branch = 0,
        Position = 0,
        Attempt = 0,
        From = "coordinator",
        To = "node-1",
        Layer = 0,
        Sent = Sample.At(request),
        Fate = "lost",
    };

    internal static ResultsWriter Open(TemporaryDirectory directory) => new(directory.Path, 1, "stream", []);

    private static string[] Names(TemporaryDirectory directory) =>
        [.. Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [Fact]
    public void They_are_the_bytes_of_a_trial_that_is_written_at_its_end()
    {
        using TemporaryDirectory streamed = new(), whole = new();
        TrialRecord trial = Sample.Trial() with { Hops = [Hop(0), Hop(2)] };
        using (ResultsWriter writer = Open(whole))
        {
            writer.WriteTrial(trial, Nothing);
            writer.WriteSummary();
        }

        using (ResultsWriter writer = Open(streamed))
        {
            using TrialWriter rows = writer.Begin(trial.Key, Nothing);
            foreach (RequestRecord request in trial.Requests)
                rows.Add(request);
            rows.Add(trial.Hops[0]);
            streamed.Lines("requests.csv").Length.ShouldBe(1, "the trial has not finished");
            rows.Finish(trial with { Requests = [], Hops = [trial.Hops[1]] });
            writer.WriteSummary();
        }

        Names(streamed).ShouldBe(Names(whole));
        foreach (string name in Names(whole))
            streamed.Text(name).ShouldBe(whole.Text(name), name);
    }

    [Fact]
    public void A_trial_that_does_not_finish_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        using ResultsWriter writer = Open(directory);
        string[] before = Names(directory);
        using (TrialWriter rows = writer.Begin(Sample.Key(), Nothing))
        {
            for (int i = 0; i < 150_000; i++) // more than is kept in memory
                rows.Add(Hop(i));
        }

        Names(directory).ShouldBe(before);
        directory.Lines("hops.csv").Length.ShouldBe(1);
        writer.WriteTrial(Sample.Trial(), Nothing); // it may be run again
        directory.Lines("requests.csv").Length.ShouldBe(4);
    }

    [Fact]
    public void What_a_killed_run_left_is_removed()
    {
        using var directory = new TemporaryDirectory();
        Open(directory).Dispose();
        string[] before = Names(directory);
        File.WriteAllText(directory.File("hops.csv.unfinished"), "0,none");
        Open(directory).Dispose();
        Names(directory).ShouldBe(before);
    }

    [Fact]
    public void A_trial_is_begun_once_it_is_not_there()
    {
        using var directory = new TemporaryDirectory();
        using ResultsWriter writer = Open(directory);
        writer.WriteTrial(Sample.Trial(), Nothing);
        Should.Throw<InvalidOperationException>(() => writer.Begin(Sample.Key(), Nothing));
        using TrialWriter other = writer.Begin(Sample.Key(1), Nothing);
        Should.Throw<ArgumentException>(() => other.Finish(Sample.Trial()));
    }
}

/// <summary>Rows of one trial that are more than what is kept in memory: measured in the process, so that no other test runs beside it.</summary>
[Collection(AloneCollection.Name)]
public class ManyRowsTests
{
    [Fact]
    public void Rows_that_are_too_many_for_memory_reach_the_file_in_order()
    {
        using var directory = new TemporaryDirectory();
        using (ResultsWriter writer = TrialWriterTests.Open(directory))
        {
            writer.WriteTrial(Sample.Trial() with { Hops = [TrialWriterTests.Hop(1)] }, TrialWriterTests.Nothing);
            using TrialWriter rows = writer.Begin(Sample.Key(1), TrialWriterTests.Nothing);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int i = 0; i < 400_000; i++)
                rows.Add(TrialWriterTests.Hop(i));
            // the rows are 25,000,000 bytes
            (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(15_000_000);
            rows.Finish(Sample.Trial(Sample.Key(1)));
        }

        string[] lines = directory.Lines("hops.csv");
        lines.Length.ShouldBe(400_002);
        lines.Skip(2).Select(line => int.Parse(line.Split(',')[6], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, 400_000));
        ResultsReader.FinishedTrials(directory.Path).Count.ShouldBe(2);
    }
}
