using System.Globalization;
using System.Text.Json;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Workers and supervisors that somebody kills cost a run time and layers, never its results.</summary>
[Collection(KillCollection.Name)]
public sealed class KilledWorkerTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public Task Four_kills_in_training_and_inference_every_other_of_a_supervisor() =>
        Kill(2, 2, 1.2, "epochs: 5, batch_size: 16, learning_rate: 3e-3, micro_batches: 2, checkpoint_steps: 5", 120, images: 480, supervisors: true, nodes: 3);

    [Fact]
    public async Task Twenty_kills_in_training_and_inference()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Takes minutes: set LAYERSHUFFLE_LONG=1.");
        await Kill(10, 10, 3, "epochs: 12, batch_size: 16, learning_rate: 3e-3, micro_batches: 2, checkpoint_steps: 5", 400);
    }

    public void Dispose() => place.Dispose();

    private async Task Kill(int inTraining, int inTrials, double longestPause, string training, int requests, int images = 960, bool supervisors = false,
        int nodes = 4)
    {
        ClusterProcesses.Need();
        var trains = new TaskCompletionSource();
        var infers = new TaskCompletionSource();
        string scenario = place.Write("kills.yaml",
            WallScenario.Text(training, workload: $"requests: {requests}, arrivals: {{concurrency: 4}}, deadline: 20s", nodes: nodes, images: images));
        string last = $"epoch {training.Split(' ')[1].TrimEnd(',')}/";
        Program program = Program.Start(
            place,
            line =>
            {
                if (line.StartsWith("shuffled: training", StringComparison.Ordinal))
                    trains.TrySetResult();
                if (line.Contains(last, StringComparison.Ordinal))
                    infers.TrySetResult();
                return Program.Signal.None;
            },
            TimeSpan.FromMinutes(8), Program.Assembly, "run", scenario, "--output", "out");
        RandomStream luck = SeedTree.Root(20).Child("kills").Stream();
        await Task.WhenAny(trains.Task, program.Ended);
        int trained = await Strike(inTraining, infers.Task);
        await Task.WhenAny(infers.Task, program.Ended);
        int inferred = await Strike(inTrials, program.Ended);
        await program.Ended;

        program.ShouldEndWith(0);
        (trained, inferred).ShouldBe((inTraining, inTrials), $"the run was over before\n{program.Error}");
        place.ShouldLeaveNothing();
        var rows = new Table(place.At("out"), "requests.csv");
        rows["request"].Select(cell => int.Parse(cell, CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(0, requests));
        double completed = rows["outcome"].Count(outcome => outcome == "completed") / (double)requests;
        double[] losses = [.. new Table(place.At("out"), "training.csv")["loss"].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        int died = program.Errors.Count(line => line.Contains("died: signal 9", StringComparison.Ordinal)
            || line.Contains("before it was ready: signal 9", StringComparison.Ordinal));
        output.WriteLine($"{trained} kills in training, {inferred} in inference, {died} noticed; {completed:P1} of {requests} completed; losses "
            + $"{string.Join(' ', losses.Select(loss => loss.ToString("F3", CultureInfo.InvariantCulture)))}");
        DisturbedIsTold(program);
        RecoveryIsMeasured();
        completed.ShouldBeGreaterThanOrEqualTo(0.95);
        losses[^1].ShouldBeLessThan(losses[0]);

        async Task<int> Strike(int count, Task until)
        {
            int killed = 0;
            while (killed < count && !until.IsCompleted && !program.Ended.IsCompleted)
            {
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(luck.NextDouble(0.05, longestPause)), TimeProvider.System), until);
                int[] victims = supervisors && killed % 2 == 1 ? ClusterProcesses.Supervisors(place) : ClusterProcesses.Workers(place);
                if (victims.Length == 0 || until.IsCompleted)
                    continue;
                Program.Kill(victims[luck.Next(victims.Length)]);
                killed++;
            }

            return killed;
        }
    }

    /// <summary>Kills that no fault has asked for are outages, of the training and of the trial; layers are served again after them.</summary>
    private void RecoveryIsMeasured()
    {
        var outages = new Table(place.At("out"), "recovery.csv");
        outages["fault"].ShouldAllBe(fault => fault.Length == 0);
        (string Trial, double Down, double? Serving)[] rows = [.. outages["trial"].Zip(outages["down_ms"], outages["serving_ms"]).Select(row =>
            (row.First, Number(row.Second)!.Value, Number(row.Third)))];
        rows.ShouldAllBe(row => (row.Down > 0 || row.Trial.Length > 0) && !(row.Serving < row.Down)); // a trial may begin with a node that is down
        rows.ShouldContain(row => row.Trial.Length == 0 && row.Serving > row.Down);
        int died = new Table(place.At("out"), "faults.csv")["effect"].Count(effect => effect.StartsWith("died (", StringComparison.Ordinal));
        rows.Count(row => row.Trial.Length > 0).ShouldBeInRange(Math.Min(1, died), died); // one that dies again before it is back is still down

        static double? Number(string cell) => cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);
    }

    private void DisturbedIsTold(Program program)
    {
        // A layer that was restored some steps behind makes other weights: they are this run's alone, and run.json says so.
        bool behind = program.Errors.Any(line => line.Contains("is hosted again: its weights are those after step", StringComparison.Ordinal)
            && !line.Contains(" 0 steps behind", StringComparison.Ordinal));
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(place.At("out/run.json"))))
            manifest.RootElement.GetProperty("models").GetProperty("shuffled/seed-0").TryGetProperty("disturbed", out _).ShouldBe(behind);
        program.Errors.Any(line => line.StartsWith("shuffled: its training was disturbed", StringComparison.Ordinal)).ShouldBe(behind);
        string[] kept = [.. Directory.GetDirectories(place.Cache).Where(folder => File.Exists(Path.Combine(folder, "seal.json")))
            .Select(folder => File.ReadAllText(Path.Combine(folder, "key.json")))];
        kept.ShouldHaveSingleItem().Contains("disturbed in run", StringComparison.Ordinal).ShouldBe(behind);
    }
}
