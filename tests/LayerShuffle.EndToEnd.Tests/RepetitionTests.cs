using System.Text.Json;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Two runs of one scenario and seed are the same run.</summary>
public sealed class RepetitionTests(ReferenceRun reference)
{
    [Fact]
    public async Task The_scenario_is_a_rough_one()
    {
        string folder = (await reference.Place()).At("out");
        string[] Column(string file, string name)
        {
            string[] lines = File.ReadAllLines(Path.Combine(folder, file));
            int index = Array.IndexOf(lines[0].Split(','), name) - lines[0].Split(',').Length; // from the end: a condition's name may hold commas
            return [.. lines.Skip(1).Select(line => line.Split(',')).Select(cells => cells[cells.Length + index])];
        }

        File.ReadLines(Path.Combine(folder, "conditions.csv")).Count().ShouldBe(TinyScenario.Trials + 1);
        foreach (string counted in new[] { "messages_lost", "messages_duplicated", "messages_reordered", "retries" })
            Column("conditions.csv", counted).ShouldContain(cell => cell != "0", counted);
        Column("requests.csv", "skipped").ShouldContain(cell => cell != "");
        Column("requests.csv", "order").Distinct().Count().ShouldBeGreaterThan(6);
        Column("requests.csv", "latency_ms").Distinct().Count().ShouldBeGreaterThan(200);
        Column("faults.csv", "effect").ShouldContain("restarted");
        Column("training.csv", "loss").Distinct().Count().ShouldBe(2 * TinyScenario.Epochs);
    }

    [Fact]
    public async Task Another_seed_is_another_run()
    {
        Workplace first = await reference.Place();
        using var other = new Workplace();
        Program program = await other.Run("run", other.Write("tiny.yaml", TinyScenario.Trained), "--output", "out", "--seed", "8");
        program.ShouldEndWith(0);
        foreach (string file in ResultsFolder.Files(first.At("out"))
            .Where(file => file.EndsWith(".csv", StringComparison.Ordinal) || file.EndsWith("model.safetensors", StringComparison.Ordinal)))
            File.ReadAllBytes(Path.Combine(other.At("out"), file)).ShouldNotBe(File.ReadAllBytes(Path.Combine(first.At("out"), file)), file);
    }

    [Fact]
    public async Task Retraining_trains_again_to_the_same_bytes()
    {
        Workplace first = await reference.Place();
        using var second = new Workplace();
        second.TakeCacheOf(first);
        Program program = await second.Run("run", second.Write("tiny.yaml", TinyScenario.Trained), "--output", "out", "--retrain");
        program.ShouldEndWith(0);
        program.Error.ShouldContain($"plain: epoch {TinyScenario.Epochs}/{TinyScenario.Epochs}");
        second.At("out").ShouldBeTheRun(first.At("out"));
    }

    [Fact]
    public async Task Two_runs_from_nothing_at_once_train_a_model_once_and_write_the_same_bytes()
    {
        string whole = (await reference.Place()).At("out");
        using var place = new Workplace();
        string scenario = place.Write("tiny.yaml", TinyScenario.Trained);
        var training = new TaskCompletionSource();
        Program first = Program.Start(
            place,
            line =>
            {
                if (line.StartsWith("plain: epoch 1/", StringComparison.Ordinal))
                    training.SetResult();
                return Program.Signal.None;
            },
            "run", scenario, "--output", "first");
        await Task.WhenAny(training.Task, first.Ended);
        Program second = await place.Run("run", scenario, "--output", "second");
        await first.Ended;
        first.ShouldEndWith(0);
        second.ShouldEndWith(0);
        second.Error.ShouldContain("plain: trained before"); // it waited, or came too late to have to
        place.At("first").ShouldBeTheRun(whole);
        place.At("second").ShouldBeTheRun(whole);
        ResultsFolder.Files(whole).ShouldContain(Path.Combine("models", "shuffled", "model.safetensors"));
        string said = (await reference.Program()).Output;
        foreach ((Program program, string folder) in new[] { (first, "first"), (second, "second") })
            program.Output.Replace($"Results: {folder}", "Results: out", StringComparison.Ordinal).ShouldBe(said);
    }

    [Fact]
    public async Task A_small_run_stays_small()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes((await reference.Place()).At("out/run.json")));
        manifest.RootElement.GetProperty("peak_memory_mb").GetDouble().ShouldBeInRange(50, 800);
    }
}
