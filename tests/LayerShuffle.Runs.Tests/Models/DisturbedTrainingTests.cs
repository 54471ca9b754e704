using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cli.Tests;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Tests.Models;

/// <summary>
/// A training in which a layer fell behind makes weights that belong to its run alone; the store gives them, and its checkpoints, to no other.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class DisturbedTrainingTests : IDisposable
{
    private const string How = "Layer 1 was lost and is hosted again: its weights are those after step 3, 2 steps behind the others at step 5.";
    private readonly Scratch scratch = new();
    private readonly ListedLog said = new();
    private readonly Scenario scenario;
    private readonly ModelStore store;

    public DisturbedTrainingTests()
    {
        set_num_threads(1);
        scenario = ScenarioLoader.Load(scratch.Write("kept.yaml", TrainedOnce.Scenario)).Scenario!;
        store = new ModelStore(scratch.At("cache"));
    }

    [Fact]
    public void It_is_kept_for_its_run_and_trained_again_by_others()
    {
        TrainedModel disturbed = Train("one", afterEpoch: 1);
        disturbed.Disturbed.ShouldBe(How);
        said.Text.ShouldContain("plain: its training was disturbed");
        store.Has(disturbed.Hash).ShouldBeTrue();
        store.Entries().ShouldHaveSingleItem().Key!.Parts[TrainingKey.RunPart].ShouldBe(Path.GetFullPath(scratch.At("one")));

        TrainedModel resumed = Train("one", resume: true);
        (resumed.Hash, resumed.Reused).ShouldBe((disturbed.Hash, true));
        resumed.Disturbed.ShouldNotBeNull();

        TrainedModel other = Train("two");
        (other.Reused, other.Disturbed).ShouldBe((false, null));
        other.Hash.ShouldNotBe(disturbed.Hash);
        Train("three").Reused.ShouldBeTrue();
    }

    [Fact]
    public void Its_checkpoints_serve_its_own_run_alone()
    {
        Should.Throw<OperationCanceledException>(() => Train("one", afterEpoch: 1, interrupt: true));
        store.EpochsDone(store.Entries().Single().Hash).ShouldBe(0); // for a forecast: others have nothing of it
        TrainedModel resumed = Train("one", resume: true);
        said.Text.ShouldContain("plain: its training was disturbed");
        resumed.Disturbed.ShouldBe(How);
        said.Lines.Count(line => line.StartsWith("plain: epoch 1/", StringComparison.Ordinal)).ShouldBe(1); // it went on

        Should.Throw<OperationCanceledException>(() => Train("four", afterEpoch: 1, interrupt: true));
        TrainedModel other = Train("five");
        said.Text.ShouldContain("plain: the checkpoints of an interrupted training are not used: it was disturbed (Layer 1 was lost");
        other.Disturbed.ShouldBeNull();
        said.Lines.Count(line => line.StartsWith("plain: epoch 1/", StringComparison.Ordinal)).ShouldBe(3); // and the other began anew
    }

    public void Dispose() => scratch.Dispose();

    private TrainedModel Train(string folder, int? afterEpoch = null, bool resume = false, bool interrupt = false)
    {
        using var stop = new CancellationTokenSource();
        using var backend = new Disturbing(new VirtualBackend(ComputePlace.Here("cpu", 1), _ => { }), afterEpoch, interrupt ? stop.Cancel : () => { });
        var options = new RunOptions { Scenario = scratch.At("kept.yaml"), Resume = resume ? scratch.At(folder) : null };
        var trainer = new ModelTrainer(scenario, new RunData(scenario, new Lazy<Device>(() => CPU), 1), backend, store, options, scratch.At(folder),
            said, TimeProvider.System);
        return trainer.Get(scenario.Models[0], 0, stop.Token);
    }

    /// <summary>The virtual clock, on which nothing is lost, with what the wall clock tells when a layer is restored.</summary>
    private sealed class Disturbing(VirtualBackend inner, int? afterEpoch, Action then) : IRunBackend
    {
        public string Status => inner.Status;

        public ComputePlace Place => inner.Place;

        public IReadOnlyList<TrainingRecord> Train(TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone,
            Action<string> disturbed, TrainingAccount account, CancellationToken cancellation) => inner.Train(
            job,
            faults,
            record =>
            {
                epochDone(record);
                if (record.Epoch != afterEpoch)
                    return;
                disturbed(How);
                then();
            },
            stepDone,
            disturbed,
            account,
            cancellation);

        public TrialRecord Run(TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, Action<RequestRecord> progress,
            Action<LedgerEntry>? struck, ITrialRows rows, CancellationToken cancellation) =>
            inner.Run(spec, model, trained, images, progress, struck, rows, cancellation);

        public void Dispose() => inner.Dispose();
    }
}
