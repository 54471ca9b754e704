using System.Text.Json;
using LayerShuffle.Cli.Tests;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests;

/// <summary>A scenario run in a process of one's own: read, executed, and its records in hand.</summary>
[Collection(TrainedOnce.Name)]
public sealed class RunPlanTests : IDisposable
{
    private const string Wires = """
        name: wires
        seed: 3
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms}
        routing: {on_failure: fail, retries: 0, timeout: 40ms}
        workload: {requests: 50}
        repeats: 2
        conditions: {calm: {}, lossy: {network: {loss: 20%}}}
        expect:
          - {metric: latency_p50_ms, condition: calm, min: 33ms, max: 33ms}
          - {metric: completion, condition: lossy, min: 99%}

        """;

    private readonly Scratch scratch = new();

    [Fact]
    public void A_run_gives_back_what_it_measured()
    {
        RunPlan plan = RunPlan.Load(new RunOptions { Scenario = scratch.Write("wires.yaml", Wires), Output = scratch.At("out") });
        plan.Mistakes.ShouldBeEmpty();
        plan.Trials.Count.ShouldBe(4);

        RunOutcome outcome = plan.Execute();

        outcome.Folder.ShouldBe(scratch.At("out"));
        outcome.Trials.Select(trial => (trial.Key.Trial, trial.Key.Condition, trial.Key.Repeat))
            .ShouldBe([(0, "calm", 0), (1, "calm", 1), (2, "lossy", 0), (3, "lossy", 1)]);
        outcome.Groups.Select(group => (group.Condition, group.Requests)).ShouldBe([("calm", 100), ("lossy", 100)]);
        outcome.Groups[0].Trials.ShouldAllBe(trial => trial.Metrics.Completion == 1 && trial.Metrics.LatencyP50Ms == 33); // 4 × 2 ms + 5 × 5 ms
        outcome.Training.ShouldBeEmpty();
        outcome.Expectations.Select(expectation => (expectation.Result.Measured, expectation.Result.Holds, expectation.LeftOut))
            .ShouldBe([(33, true, false), (outcome.Groups[1].Trials.Average(trial => trial.Metrics.Completion), false, false)]);
        (outcome.End, outcome.ExitCode).ShouldBe((RunEnd.ExpectationFailed, ExitCodes.ExpectationFailed));
        // What is in hand is what is in the files.
        string[] columns = File.ReadLines(scratch.At("out/conditions.csv")).First().Split(',');
        File.ReadLines(scratch.At("out/conditions.csv")).Skip(1).Select(line => line.Split(',')[Array.IndexOf(columns, "completed")])
            .ShouldBe(outcome.Trials.Select(trial => FormattableString.Invariant($"{trial.Metrics.Completed}")));
        Exit("out").ShouldBe((1, "expectation_failed"));
    }

    /// <summary>The example in the documentation of <see cref="RunPlan"/>, with fewer requests.</summary>
    [Fact]
    public void The_example_runs()
    {
        RunPlan plan = RunPlan.Load(new RunOptions
        {
            Scenario = Path.Combine(AppContext.BaseDirectory, "network-only.yaml"),
            Output = scratch.At("out"),
            Sets = ["workload.requests=2000", "expect=null"],
        });
        RunOutcome outcome = plan.Execute();
        var said = new List<string>();
        foreach (ResultGroup group in outcome.Groups)
            said.Add(FormattableString.Invariant($"{group.Name}: {MetricSummary.Of(group, "completion").Mean:0.00}"));
        said.ShouldBe(["none / fail / default: 0.92", "none / skip / default: 1.00", "none / retry / default: 1.00"]); // 0.99⁹ = 0.914
    }

    [Fact]
    public void A_model_is_trained_and_its_epochs_are_in_hand()
    {
        const string Tiny = """
            name: tiny
            threads: 1
            dataset: {kind: shapes, train: 32, test: 20}
            model:
              {image_size: 32, patch_size: 16, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 32,
               training: {epochs: 2, batch_size: 16}}
            cluster: {nodes: 2}
            workload: {requests: 2, images_per_request: 10}

            """;
        string? before = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", scratch.At("cache"));
        try
        {
            var log = new ListedLog();
            RunOutcome outcome = RunPlan.Load(new RunOptions { Scenario = scratch.Write("tiny.yaml", Tiny), Output = scratch.At("out") }, log).Execute(log);
            outcome.Training.Select(epoch => epoch.Epoch).ShouldBe([1, 2]);
            outcome.Training.ShouldAllBe(epoch => double.IsFinite(epoch.Loss) && epoch.Top1Sequential >= 0);
            outcome.Trials.ShouldHaveSingleItem().Metrics.Top1.ShouldNotBeNull().ShouldBeInRange(0, 1);
            outcome.End.ShouldBe(RunEnd.Done);
            log.Lines.ShouldContain(line => line.Contains("training, 2 epochs of 32 images", StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", before);
        }
    }

    /// <summary>Threads are a part of the place: to take what two threads trained with one is to take what was trained elsewhere.</summary>
    [Fact]
    public void Models_trained_elsewhere_are_taken_where_that_is_asked_for_and_one_training_seed_alone_can_be_run()
    {
        const string Tiny = """
            name: tiny
            dataset: {kind: shapes, train: 32, test: 20}
            model:
              {image_size: 32, patch_size: 16, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 32,
               training: {epochs: 1, batch_size: 16, seeds: 2}}
            models: {first: {}, refined: {init_from: first}}
            cluster: {nodes: 2}
            workload: {requests: 2, images_per_request: 10}

            """;
        string? before = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", scratch.At("cache"));
        try
        {
            string file = scratch.Write("tiny.yaml", Tiny);
            int forecast = 0;
            (RunOutcome outcome, string[] said) = Run("there", 2, false, "model=refined,training_seed=1");
            outcome.Trials.ShouldHaveSingleItem().Key.TrainingSeed.ShouldBe(1);
            said.ShouldBe(["first (seed 1): training, 1 epochs of 32 images", "refined (seed 1): training, 1 epochs of 32 images"]);
            forecast.ShouldBe(2, "what is not run is not foretold");
            (RunOutcome here, said) = Run("here", 1, true, "model=refined");
            said.ShouldBe(["first (seed 0): training, 1 epochs of 32 images", "refined (seed 0): training, 1 epochs of 32 images",
                "first (seed 1): trained before with the same data, settings and seed, at another place (cpu",
                "refined (seed 1): trained before with the same data, settings and seed, at another place (cpu"]);
            File.ReadAllBytes(scratch.At("here/models/refined/seed-1/model.safetensors"))
                .ShouldBe(File.ReadAllBytes(scratch.At("there/models/refined/seed-1/model.safetensors")));
            (_, said) = Run("again", 1, false, "model=refined,training_seed=1");
            said.ShouldBe(["first (seed 1): training, 1 epochs of 32 images", "refined (seed 1): training, 1 epochs of 32 images"]);
            Should.Throw<UsageException>(() => Load("none", 1, false, "training_seed=2", null)).Message.ShouldContain("it has 0, 1");

            (RunOutcome, string[]) Run(string output, int threads, bool anywhere, string only)
            {
                var log = new ListedLog();
                RunOutcome done = Load(output, threads, anywhere, only, log).Execute(log);
                forecast = log.Lines.Count(line => line.Contains(": to be trained, ", StringComparison.Ordinal));
                return (done, [.. log.Lines.Where(line => line.Contains(": training, ", StringComparison.Ordinal)
                    || line.Contains("another place", StringComparison.Ordinal)).Select(line => line.Split(", 2, ")[0])]);
            }

            RunPlan Load(string output, int threads, bool anywhere, string only, ListedLog? log) => RunPlan.Load(new RunOptions
            {
                Scenario = file,
                Output = scratch.At(output),
                Threads = threads,
                TrainedAnywhere = anywhere,
                Only = [only],
            }, log);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", before);
        }
    }

    [Fact]
    public void A_run_that_is_stopped_goes_on_and_has_the_rows_of_one_that_was_not()
    {
        string file = scratch.Write("wires.yaml", Wires);
        RunOutcome whole = RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("whole") }).Execute();
        using var stop = new CancellationTokenSource();
        var log = new ListedLog { Heard = line => Stop(line, "trial 2/4") };

        Should.Throw<OperationCanceledException>(() => RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("out"), Again = ["again"] })
            .Execute(log, stop.Token, interrupted: () => ExitCodes.Terminated));

        Exit("out").ShouldBe((143, "interrupted"));
        log.Lines[^1].ShouldEndWith($"go on with: again --resume {scratch.At("out")}");
        RunOutcome resumed = RunPlan.Load(new RunOptions { Scenario = file, Resume = scratch.At("out") }).Execute();
        resumed.Trials.Select(trial => trial.Metrics).ShouldBe(whole.Trials.Select(trial => trial.Metrics));
        File.ReadAllText(scratch.At("out/summary.csv")).ShouldBe(File.ReadAllText(scratch.At("whole/summary.csv")));

        void Stop(string line, string at)
        {
            if (line.StartsWith(at, StringComparison.Ordinal))
                stop.Cancel();
        }
    }

    [Fact]
    public void A_run_whose_cluster_does_not_heal_fails_in_its_own_words_also_when_it_is_resumed()
    {
        // Nothing comes through from node-2 to node-3, which is no fault: from 500 ms on every request must complete, and none does.
        const string Stuck = """
            name: stuck
            model: {architecture: none, num_hidden_layers: 4}
            cluster: {nodes: 4}
            network: {latency: 5ms, links: [{from: node-2, to: node-3, loss: 100%}]}
            faults: {outage: {kind: crash, nodes: [node-1], at: 100ms}}
            routing: {on_failure: fail, retries: 1, timeout: 20ms}
            workload: {requests: 30, arrivals: {rate: 20/s, process: uniform}, heal_after: 500ms}
            conditions: {stuck: {}, mended: {network: {links: null}}}
            expect: [{metric: unhealed, condition: mended, max: 0}]

            """;
        string file = scratch.Write("stuck.yaml", Stuck);
        var log = new ListedLog();
        RunOutcome outcome = RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("out") }, log).Execute(log);
        (outcome.End, outcome.ExitCode).ShouldBe((RunEnd.LivenessFailed, ExitCodes.ExpectationFailed));
        outcome.Unhealed.Select(trial => trial.Key.Condition).ShouldBe(["stuck"]);
        Exit("out").ShouldBe((1, "liveness_failed"));
        log.Lines.ShouldContain(
            line => line.StartsWith("liveness: trial 1/2  none  stuck: from 500ms on all faults are lifted, but ", StringComparison.Ordinal));
        RunPlan.Load(new RunOptions { Scenario = file, Resume = scratch.At("out") }).Execute().End.ShouldBe(RunEnd.LivenessFailed);
        RunOutcome mended = RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("mended"), Only = ["condition=mended"] }).Execute();
        (mended.End, mended.ExitCode).ShouldBe((RunEnd.Done, ExitCodes.Done));
        mended.Trials[0].Metrics.Unhealed.ShouldBe(0);
        mended.Trials[0].Metrics.Completed.ShouldBeLessThan(30, "what the fault struck before it was lifted is not meant");
    }

    [Fact]
    public void A_scenario_with_mistakes_is_told_and_not_run()
    {
        string file = scratch.Write("wires.yaml", Wires.Replace("loss: 20%", "loss: 120%", StringComparison.Ordinal));
        RunPlan plan = RunPlan.Load(new RunOptions { Scenario = file, Output = scratch.At("out") });
        plan.IsRead.ShouldBeFalse();
        string mistake = plan.Mistakes.ShouldHaveSingleItem();
        mistake.ShouldStartWith($"{file}:9:");
        Should.Throw<UsageException>(() => plan.Execute()).Message.ShouldBe(mistake);
        Directory.Exists(scratch.At("out")).ShouldBeFalse();
    }

    [Fact]
    public void An_outcome_that_cannot_be_shown_is_whole_and_its_record_says_so()
    {
        RunPlan plan = RunPlan.Load(new RunOptions { Scenario = scratch.Write("wires.yaml", Wires), Output = scratch.At("out"), Only = ["condition=calm"] });
        var closed = new OutputException("Nobody reads it.", true, null);
        Should.Throw<OutputException>(() => plan.Execute(show: outcome =>
        {
            outcome.Expectations.Select(expectation => expectation.LeftOut).ShouldBe([false, true]);
            outcome.End.ShouldBe(RunEnd.Done);
            throw closed;
        })).ShouldBe(closed);
        Exit("out").ShouldBe((ExitCodes.ReaderLeft, "failed"));
        File.ReadLines(scratch.At("out/conditions.csv")).Count().ShouldBe(3);
    }

    [Fact]
    public void What_would_happen_is_told_without_a_trace()
    {
        RunPlan plan = RunPlan.Load(new RunOptions { Scenario = scratch.Write("wires.yaml", Wires), Output = scratch.At("out") });
        string[] lines = [.. plan.Foretell()];
        lines.ShouldContain("# 4 trials");
        lines.ShouldContain("    foretold: every request of 1 image(s) takes 33 ms");
        Directory.Exists(scratch.At("out")).ShouldBeFalse();
    }

    public void Dispose() => scratch.Dispose();

    private (int Code, string Reason) Exit(string folder)
    {
        using JsonDocument run = JsonDocument.Parse(File.ReadAllBytes(scratch.At(folder + "/run.json")));
        JsonElement exit = run.RootElement.GetProperty("exit");
        return (exit.GetProperty("code").GetInt32(), exit.GetProperty("reason").GetString()!);
    }
}
