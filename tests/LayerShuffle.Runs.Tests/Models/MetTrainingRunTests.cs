using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests.Models;

/// <summary>Whole runs whose models are trained under the scenario's faults on the virtual clock.</summary>
[Collection(LayerShuffle.Cli.Tests.TrainedOnce.Name)]
public sealed class MetTrainingRunTests : IDisposable
{
    // Three layers of 2 ms and four hops of 5 ms: 26 ms a step, 12 steps. node-2 (layer 1) is down from 100 ms to 150 ms, without its weights.
    private const string Scenario = """
        name: failout
        seed: 7
        threads: 1
        dataset: {kind: shapes, train: 96, test: 20}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 32
          num_hidden_layers: 3
          num_attention_heads: 2
          intermediate_size: 64
          training: {epochs: 2, batch_size: 16, learning_rate: 5e-3, faults: true}
        models:
          shuffled: {variant: layershuffle}
        cluster: {nodes: 3, compute_time: 2ms, restore: neighbours}
        network: {latency: 5ms}
        routing: {timeout: 20ms, retries: 0}
        workload: {requests: 4, images_per_request: 5}
        conditions:
          calm: {}
          struck: {faults: {amnesia: {kind: crash, nodes: [node-2], at: 100ms, restart_after: 50ms, weights: lost}}}

        """;

    private readonly Scratch scratch = new();

    [Fact]
    public void It_tells_what_struck_and_tells_the_same_of_a_model_that_is_reused()
    {
        ListedLog said = Run("one");
        said.Text.ShouldContain("; in the virtual cluster its 12 steps take ");
        said.Text.ShouldContain("shuffled: Layer 1 was lost with its weights and is hosted again: it has new ones (neighbours) at step ");
        Run("two").Text.ShouldContain("reused");
        foreach (string file in new[] { "training.csv", "recovery.csv", "conditions.csv" })
            File.ReadAllText(scratch.At($"two/{file}")).ShouldBe(File.ReadAllText(scratch.At($"one/{file}")), file);

        string[] epochs = File.ReadAllLines(scratch.At("one/training.csv"));
        epochs[0].ShouldEndWith(",steps_hit,layers_skipped,steps_repeated");
        epochs.Skip(1).Sum(row => int.Parse(row.Split(',')[^2], System.Globalization.CultureInfo.InvariantCulture)).ShouldBeInRange(1, 3);
        string[] outage = File.ReadAllLines(scratch.At("one/recovery.csv"))[1].Split(',');
        outage[..10].ShouldBe(["", "shuffled", "0", "", "", "", "amnesia", "node-2", "100", "120"]); // others learn of it a timeout later
        outage[10].ShouldBe("155"); // its neighbours' weights are 5 ms away
        outage[15..17].ShouldBe(["0", "0"]);
    }

    [Fact]
    public void Other_faults_are_another_key_and_faults_that_change_no_step_are_not()
    {
        Run("one");
        Run("two", "conditions.struck.faults.amnesia.at=200ms").Text.ShouldContain("but differs in faults");
        Run("three", "cluster.restore=copy").Text.ShouldContain("but differs in faults");
        Run("four", "conditions.struck.faults.amnesia.restart_after=51ms").Text.ShouldContain("reused"); // the same steps go without it
    }

    public void Dispose() => scratch.Dispose();

    private ListedLog Run(string folder, params string[] set)
    {
        string? before = Environment.GetEnvironmentVariable("LAYERSHUFFLE_CACHE");
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", scratch.At("cache"));
        try
        {
            var log = new ListedLog();
            RunPlan plan = RunPlan.Load(new RunOptions { Scenario = scratch.Write("failout.yaml", Scenario), Output = scratch.At(folder), Sets = set });
            plan.Mistakes.ShouldBeEmpty();
            plan.Execute(log, cancellation: TestContext.Current.CancellationToken);
            return log;
        }
        finally
        {
            Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", before);
        }
    }
}
