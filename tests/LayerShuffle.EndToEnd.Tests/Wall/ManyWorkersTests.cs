using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Sixteen workers on one machine.</summary>
[Collection(WallCollection.Name)]
public sealed class ManyWorkersTests(ITestOutputHelper output) : IDisposable
{
    private const long Limit = 6L << 30;
    private readonly Workplace place = new();

    [Fact]
    public async Task They_train_and_infer_within_six_gigabytes()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Takes minutes and gigabytes: set LAYERSHUFFLE_LONG=1.");
        ClusterProcesses.Need();
        string text = WallScenario.Text("epochs: 2, batch_size: 32, learning_rate: 2e-3, micro_batches: 2", nodes: 16,
            workload: "requests: 40, arrivals: {concurrency: 2}, deadline: 60s")
            .Replace("num_hidden_layers: 4", "num_hidden_layers: 16", StringComparison.Ordinal);
        Program program = Program.Start(place, null, TimeSpan.FromMinutes(8), Program.Assembly, "run", place.Write("many.yaml", text), "--output", "out");
        long most = 0;
        int workers = 0;
        while (!program.Ended.IsCompleted)
        {
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System), program.Ended);
            most = Math.Max(most, ClusterProcesses.MemoryBytes(place));
            workers = Math.Max(workers, ClusterProcesses.Workers(place).Length);
        }

        await program.Ended;
        program.ShouldEndWith(0);
        place.ShouldLeaveNothing();
        double[] losses = [.. new Table(place.At("out"), "training.csv")["loss"].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        output.WriteLine($"{workers} workers; at most {most / (double)(1 << 30):0.00} GiB in all processes; losses "
            + $"{string.Join(' ', losses.Select(loss => loss.ToString("F3", CultureInfo.InvariantCulture)))}");
        workers.ShouldBe(16);
        most.ShouldBeInRange(1, Limit);
        losses[1].ShouldBeLessThan(losses[0]);
        new Table(place.At("out"), "requests.csv")["outcome"].Count(outcome => outcome == "completed").ShouldBeGreaterThanOrEqualTo(38);
    }

    public void Dispose() => place.Dispose();
}
