using LayerShuffle.Results.Csv;

namespace LayerShuffle.Results.Tests;

/// <summary>Rows that are read back are those that were written by this very trial, or the trial is not finished.</summary>
public class RowSealTests
{
    private const int Trials = 4;
    private static readonly Dictionary<string, string> None = [];
    private static readonly bool Long = LongTests.AreWanted;

    private static string[] Files => [.. RowFiles, "rows.seal", "training.csv"];

    private static string[] RowFiles => ["requests.csv", "hops.csv", "faults.csv", "links.csv", "conditions.csv"];

    [Fact]
    public void A_byte_that_was_changed_is_found_out_wherever_it_is_and_the_resumed_run_equals_the_undisturbed_one()
    {
        using var whole = new TemporaryDirectory();
        Run(whole.Path);
        foreach (var file in Files)
        {
            var bytes = File.ReadAllBytes(whole.File(file));
            for (var at = 0; at < bytes.Length; at += Long ? 1 : 100)
            {
                using var damaged = new TemporaryDirectory();
                foreach (var each in Files)
                    File.Copy(whole.File(each), damaged.File(each));
                bytes[at] ^= 1;
                File.WriteAllBytes(damaged.File(file), bytes);
                bytes[at] ^= 1;
                var what = $"{file}, byte {at}";
                try
                {
                    Run(damaged.Path).ShouldBeTrue(what);
                }
                catch (InvalidDataException e)
                {
                    e.Message.ShouldContain(file);
                    at.ShouldBeLessThan(whole.Lines(file)[0].Length + 1, what); // the header: refused before anything is changed
                    foreach (var each in Files.Where(each => each != file))
                        File.ReadAllBytes(damaged.File(each)).ShouldBe(File.ReadAllBytes(whole.File(each)), what);
                    continue;
                }

                foreach (var each in Files.Append("summary.csv"))
                    File.ReadAllBytes(damaged.File(each)).ShouldBe(File.ReadAllBytes(whole.File(each)), what);
            }
        }
    }

    [Fact]
    public void Rows_that_stand_there_twice_and_those_that_nobody_vouches_for_are_made_again()
    {
        using var whole = new TemporaryDirectory();
        Run(whole.Path);
        foreach (var file in RowFiles.Append("rows.seal"))
        {
            using var twice = new TemporaryDirectory();
            foreach (var each in Files)
                File.Copy(whole.File(each), twice.File(each));
            File.AppendAllLines(twice.File(file),
                twice.Lines(file).Where(line => line.StartsWith("1,", StringComparison.Ordinal)).DefaultIfEmpty("1,shuffled,0,default,ideal,1"));
            Run(twice.Path).ShouldBeTrue(file);
            foreach (var each in Files)
                twice.Text(each).ShouldBe(whole.Text(each), file);
        }

        File.Delete(whole.File("rows.seal"));
        using var writer = Open(whole.Path);
        writer.Trials.ShouldBeEmpty();
        writer.Damaged.Select(trial => trial.Trial).ShouldBe([0, 1, 2, 3]);
        whole.Lines("requests.csv").Length.ShouldBe(1);
    }

    [Fact]
    public void Trials_of_another_are_dropped_by_what_made_them_and_not_by_their_number()
    {
        using var directory = new TemporaryDirectory();
        Run(directory.Path);
        using (var writer = Open(directory.Path))
        {
            writer.Drop((key, made) => made != Identity(key.Trial)).ShouldBeEmpty();
            writer.Drop((key, made) => made.Model == "model-1").Select(key => key.Trial).ShouldBe([1, 3]);
            writer.Trials.Select(trial => trial.Key.Trial).ShouldBe([0, 2]);
            writer.WriteTrial(Sample.Trial(Sample.Key(3, repeat: 3)), None); // there is room for it again
        }

        foreach (var file in (string[])["requests.csv", "links.csv", "conditions.csv", "rows.seal"])
            directory.Lines(file).Skip(1).Select(line => line[..1]).Distinct().ShouldBe(["0", "2", "3"], file);
    }

    [Fact]
    public void Rows_are_in_the_order_of_trials_however_they_came()
    {
        using TemporaryDirectory whole = new(), other = new();
        Run(whole.Path);
        using (var writer = Open(other.Path))
            Write(writer, 2);
        using (var writer = Open(other.Path))
            Write(writer, 0);
        Run(other.Path).ShouldBeTrue();
        foreach (var each in Files.Append("summary.csv"))
            other.Text(each).ShouldBe(whole.Text(each), each);
        Directory.GetFiles(other.Path, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void What_training_csv_says_of_a_model_is_what_the_model_says()
    {
        using var directory = new TemporaryDirectory();
        using (var writer = Open(directory.Path))
        {
            writer.WriteTraining([Epoch("b", 1, 0.5), Epoch("b", 2, 0.25)]);
            writer.WriteTraining([Epoch("a", 1, 0.5)]);
            writer.WriteTraining([Epoch("stranger", 1, 0.5)]);
        }

        using (var writer = Open(directory.Path))
        {
            writer.WriteTraining([Epoch("b", 1, 0.125)]);
            writer.WriteTraining([Epoch("a", 1, 0.5), Epoch("a", 2, 0.5)]);
            writer.Arrange(["a", "b"]);
        }

        directory.Lines("training.csv").Skip(1).Select(line => string.Join(' ', line.Split(',')[0], line.Split(',')[5], line.Split(',')[7]))
            .ShouldBe(["a 1 0.5", "a 2 0.5", "b 1 0.125"]);
    }

    [Fact]
    public void A_file_that_is_taken_away_or_changed_while_it_is_written_ends_the_run()
    {
        using var directory = new TemporaryDirectory();
        using var writer = Open(directory.Path);
        Write(writer, 0);
        File.Delete(directory.File("hops.csv"));
        Should.Throw<IOException>(writer.WriteSummary).Message.ShouldContain("hops.csv was removed by somebody else");
        Should.Throw<IOException>(() => Write(writer, 1)).Message.ShouldContain("hops.csv was removed by somebody else");
        directory.Lines("requests.csv").Length.ShouldBe(4, "what was appended to the others is taken back");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "An open file cannot be changed there.");
        using var other = new TemporaryDirectory();
        using var another = Open(other.Path);
        File.WriteAllText(other.File("requests.csv"), "trial\n");
        Should.Throw<IOException>(() => Write(another, 1)).Message.ShouldContain("requests.csv was changed by somebody else");
    }

    private static TrialIdentity Identity(int trial) => new($"trial-{trial}", $"model-{trial % 2}");

    private static Core.Records.TrainingRecord Epoch(string model, int epoch, double loss) => new(model, 0, epoch, 10 * epoch, loss, 1, null, 0.1, 0.5, 0.5);

    private static ResultsWriter Open(string directory) => new(directory, 7, "sealed", []);

    /// <summary>Makes what is missing; whether anything had been there that was not whole.</summary>
    private static bool Run(string directory)
    {
        using var writer = Open(directory);
        var damaged = writer.Damaged.Count > 0 | writer.Drop((key, made) => made != Identity(key.Trial)).Count > 0 | writer.Trials.Count < Trials;
        damaged |= File.Exists(Path.Combine(directory, "training.csv")); // says the same again in any case
        writer.WriteTraining([Epoch("shuffled", 1, 0.5), Epoch("shuffled", 2, 0.25)]);
        foreach (var trial in Enumerable.Range(0, Trials).Except(writer.Trials.Select(trial => trial.Key.Trial)))
            Write(writer, trial);
        writer.Arrange(["shuffled"]);
        writer.WriteSummary();
        return damaged;
    }

    private static void Write(ResultsWriter writer, int trial)
    {
        using var rows = writer.Begin(Sample.Key(trial, repeat: trial), None, null, Identity(trial));
        rows.Finish(Sample.Trial(Sample.Key(trial, repeat: trial)) with
        {
            Ledger = [new Core.Records.LedgerEntry(Sample.At(1000), "outage", "crash", "node-1", "began")],
            Hops = [new Core.Records.HopRecord { Request = 0, Branch = 0, Position = 0, Attempt = trial, From = "coordinator", To = "node-1", Layer = 0,
                Sent = Sample.At(trial), Fate = "lost" }],
        });
    }
}
