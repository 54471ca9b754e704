using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests.Models;

/// <summary>Work that is done several at a time.</summary>
public sealed class SideBySideTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Lock gate = new();
    private readonly List<string> told = [];

    [Fact]
    public void As_many_as_are_allowed_go_on_at_a_time_and_no_more()
    {
        using var two = new Barrier(2);
        int present = 0, most = 0;
        SideBySide.Do(["a", "b", "c", "d"], _ => null, 2, (_, stop) =>
        {
            int now = Interlocked.Increment(ref present);
            lock (gate)
                most = Math.Max(most, now);
            two.SignalAndWait(Patience, stop).ShouldBeTrue("the other one has not begun");
            Interlocked.Decrement(ref present);
            two.SignalAndWait(Patience, stop).ShouldBeTrue();
        }, CancellationToken.None);
        most.ShouldBe(2);
    }

    [Fact]
    public void What_comes_after_something_waits_for_it_and_the_rest_is_done_in_order()
    {
        using var freed = new ManualResetEventSlim();
        SideBySide.Do(["first", "after first", "second", "after second"], one => one.StartsWith("after ", StringComparison.Ordinal) ? one[6..] : null, 2,
            (one, stop) =>
            {
                Tell($"{one} begins");
                if (one == "first")
                    freed.Wait(Patience, stop).ShouldBeTrue();
                else if (one == "after second")
                    freed.Set();
                Tell($"{one} ends");
            }, CancellationToken.None);
        told.Order(StringComparer.Ordinal).Count().ShouldBe(8);
        told.IndexOf("second begins").ShouldBeLessThan(told.IndexOf("first ends"), "the free thread passes over what has to wait");
        told.IndexOf("after first begins").ShouldBeGreaterThan(told.IndexOf("first ends"));
        told.IndexOf("after second begins").ShouldBeGreaterThan(told.IndexOf("second ends"));
    }

    [Fact]
    public void Where_one_fails_the_others_are_stopped_and_its_own_words_come_out()
    {
        using var begun = new CountdownEvent(2);
        Should.Throw<InvalidOperationException>(() => SideBySide.Do(["fails", "goes on", "never"], _ => null, 2, (one, stop) =>
        {
            Tell(one);
            begun.Signal();
            begun.Wait(Patience, CancellationToken.None).ShouldBeTrue();
            if (one == "fails")
                throw new InvalidOperationException("It failed.");
            stop.WaitHandle.WaitOne(Patience).ShouldBeTrue();
            stop.ThrowIfCancellationRequested();
        }, CancellationToken.None)).Message.ShouldBe("It failed.");
        told.Order(StringComparer.Ordinal).ShouldBe(["fails", "goes on"]);
    }

    [Fact]
    public void Who_stops_it_hears_that_it_was_stopped()
    {
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => SideBySide.Do(["a", "b"], _ => null, 1, (one, _) =>
        {
            Tell(one);
            stop.Cancel();
        }, stop.Token));
        told.ShouldBe(["a"]);
    }

    private void Tell(string what)
    {
        lock (gate)
            told.Add(what);
    }
}

/// <summary>Runs whose models are trained side by side.</summary>
[Collection(LayerShuffle.Cli.Tests.TrainedOnce.Name)]
public sealed class SideBySideRunTests : IDisposable
{
    private const string Scenario = """
        name: beside
        seed: 3
        threads: 1
        dataset: {kind: shapes, train: 64, test: 20}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 16
          num_hidden_layers: 2
          num_attention_heads: 2
          intermediate_size: 32
          training: {epochs: 3, batch_size: 16, seeds: 2, validation: 25%, mixup: 0.5}
        models:
          first: {}
          refined: {variant: layershuffle, init_from: first, training: {distillation: {weight: 50%}}}
          told: {variant: layershuffle-position, init_from: refined}
        cluster: {nodes: 2}
        workload: {requests: 2, images_per_request: 10}
        conditions: {any-order: {routing: {order: arbitrary}}}

        """;

    private readonly Scratch scratch = new();

    [Fact]
    public void They_train_at_the_same_time_and_come_to_the_same_bytes()
    {
        Run("one", 1);
        using var both = new Barrier(2);
        Run("two", 2, new ListedLog
        {
            Heard = line =>
            {
                if (line.StartsWith("first (seed ", StringComparison.Ordinal) && line.Contains(": training, ", StringComparison.Ordinal))
                    both.SignalAndWait(TimeSpan.FromMinutes(2)).ShouldBeTrue("one training waits for the other to begin");
            },
        });
        ShouldBeAlike("one", "two");
    }

    [Fact]
    public void A_run_that_is_stopped_while_they_train_goes_on_to_the_same_bytes()
    {
        Run("whole", 1);
        using var stop = new CancellationTokenSource();
        int epochs = 0;
        var log = new ListedLog
        {
            Heard = line =>
            {
                if (line.Contains(": epoch ", StringComparison.Ordinal) && Interlocked.Increment(ref epochs) == 3)
                    stop.Cancel();
            },
        };
        Should.Throw<OperationCanceledException>(() => Run("cut", 2, log, stop.Token));
        var rest = new ListedLog();
        Run("cut", 2, rest);
        rest.Lines.Count(line => line.Contains(": epoch ", StringComparison.Ordinal)).ShouldBe(18 - epochs, "both go on from their checkpoints");
        ShouldBeAlike("whole", "cut");
    }

    [Fact]
    public void A_cluster_trains_one_model_at_a_time() =>
        Should.Throw<UsageException>(() => RunPlan.Load(new RunOptions
        {
            Scenario = scratch.Write("wall.yaml", "clock: wall\n" + Scenario),
            Output = scratch.At("none"),
            Trainings = 2,
        })).Message.ShouldBe("--trainings 2 needs `clock: virtual`: a cluster trains one model at a time.");

    public void Dispose() => scratch.Dispose();

    private void ShouldBeAlike(string one, string other)
    {
        string[] models = [.. Directory.GetFiles(scratch.At($"{one}/models"), "*.safetensors", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(scratch.At(one), file)).Order(StringComparer.Ordinal)];
        models.Length.ShouldBe(6);
        foreach (string file in (string[])[.. models, "training.csv", "conditions.csv", "requests.csv"])
            File.ReadAllBytes(scratch.At($"{other}/{file}")).ShouldBe(File.ReadAllBytes(scratch.At($"{one}/{file}")), file);
    }

    private void Run(string output, int trainings, ListedLog? log = null, CancellationToken cancellation = default)
    {
        string? before = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", scratch.At($"cache-{output}"));
        try
        {
            RunPlan.Load(new RunOptions
            {
                Scenario = scratch.Write("beside.yaml", Scenario),
                Output = scratch.At(output),
                Trainings = trainings,
            }, log).Execute(log ?? new ListedLog(), cancellation);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", before);
        }
    }
}
