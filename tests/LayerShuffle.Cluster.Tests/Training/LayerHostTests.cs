using Akka.Actor;
using LayerShuffle.Actors.Training;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>One host of a layer, and what it answers.</summary>
public sealed class LayerHostTests : IDisposable
{
    private const double Rate = 1e-2;
    private static readonly VitConfig Config = TinyModels.Config(ModelVariant.LayerShufflePredict);
    private static readonly TrainingOptions Options = new();
    private readonly VirtualActorSystem system = new();
    private readonly VisionTransformer model = TinyModels.Random(Config);
    private readonly PartOptimizer optimizer;
    private readonly TrainingDirectory directory = new();
    private readonly IActorRef host;
    private List<object> answers = [];

    public LayerHostTests()
    {
        torch.set_num_threads(1);
        optimizer = PartOptimizer.Of(model.Layers[0], Options);
        Action<object> note = message => answers.Add(message);
        IActorRef coordinator = system.System.ActorOf(Props.Create(() => new Probe(note)));
        host = system.System.ActorOf(TrainableLayerActor.Host(0, Config, Options, directory));
        directory.Enter(coordinator, [host]);
    }

    [Fact]
    public void A_fresh_host_says_nothing_before_it_has_a_state()
    {
        Say(Forward(0, 0), new PrepareStep(0, 0), new CommitStep(0, 0, 1, Rate), new AbortStep(0, 0), new ExportState(1)).ShouldBeEmpty();
        byte[] state = Given(-1);
        LayerState exported = Say(new ExportState(7)).ShouldHaveSingleItem().ShouldBeOfType<LayerState>();
        (exported.Id, exported.Layer).ShouldBe((7, 0));
        exported.Bytes.SequenceEqual(state).ShouldBeTrue();
    }

    [Fact]
    public void A_commit_is_applied_once_and_confirmed_as_often_as_it_comes()
    {
        Given(3);
        double norm = Step(4, 0);
        norm.ShouldBeGreaterThan(0);
        Say(new CommitStep(4, 0, 1, Rate)).ShouldBe([new StepCommitted(4, 0, 0)]);
        byte[] once = State();
        Say(new CommitStep(4, 0, 1, Rate), new CommitStep(4, 0, 1, Rate)).ShouldBe([new StepCommitted(4, 0, 0), new StepCommitted(4, 0, 0)]);
        State().SequenceEqual(once).ShouldBeTrue();
        Say(new CommitStep(2, 0, 1, Rate)).ShouldBe([new StepCommitted(2, 0, 0)]); // before its checkpoint
        LayerStateFormat.Read(once, model.Layers[0], optimizer, "state").ShouldBe(4);
        optimizer.StepCounts.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public void A_commit_that_was_not_prepared_is_not_applied()
    {
        byte[] state = Given(3);
        Step(4, 1);
        Say(new CommitStep(4, 0, 1, Rate), new CommitStep(4, 2, 1, Rate), new CommitStep(5, 1, 1, Rate)).ShouldBeEmpty();
        State().SequenceEqual(state).ShouldBeTrue();
    }

    [Fact]
    public void An_aborted_attempt_leaves_no_gradient_and_what_still_comes_of_it_is_ignored()
    {
        Given(-1);
        double norm = Step(0, 0);
        Say(new AbortStep(0, 0)).ShouldBe([new StepAborted(0, 0, 0)]);
        TrainForward late = Forward(0, 0);
        Say(late, Backward(0, 0), new PrepareStep(0, 0), new CommitStep(0, 0, 1, Rate)).ShouldBeEmpty();
        late.Activation.IsInvalid.ShouldBeTrue();
        Step(0, 1).ShouldBe(norm); // not twice as much
    }

    [Fact]
    public void A_later_attempt_ends_the_one_before_without_an_abort()
    {
        Given(-1);
        double norm = Step(0, 0);
        Say(Forward(0, 1));
        Step(0, 2).ShouldBe(norm);
    }

    [Fact]
    public void A_state_that_is_cut_off_or_another_layer_s_is_refused_and_changes_nothing()
    {
        byte[] state = LayerStateFormat.Write(model.Layers[0], optimizer, 5), before = model.Layers[0].Bytes();
        using VisionTransformer other = TinyModels.Random(TinyModels.Config(ModelVariant.LayerShuffle), 8);
        using PartOptimizer others = PartOptimizer.Of(other.Layers[0], Options);
        byte[][] bad = [state[..^1], state[..100], [], [.. state, 0], LayerStateFormat.Write(other.Layers[0], others, 5)];
        foreach (byte[] bytes in bad)
            Should.Throw<ModelFormatException>(() => LayerStateFormat.Read(bytes, model.Layers[0], optimizer, "state"));
        model.Layers[0].Bytes().SequenceEqual(before).ShouldBeTrue();
    }

    public void Dispose()
    {
        system.Dispose();
        optimizer.Dispose();
        model.Dispose();
    }

    private byte[] Given(int applied)
    {
        byte[] state = LayerStateFormat.Write(model.Layers[0], optimizer, applied);
        Say(new ImportState(1, 0, state)).ShouldBe([new StateImported(1, 0)]);
        return state;
    }

    private byte[] State() => Say(new ExportState(2)).OfType<LayerState>().Single().Bytes;

    /// <summary>Forward, backward and prepare; the gradient's squared norm.</summary>
    private double Step(int step, int attempt) =>
        Say(Forward(step, attempt), Backward(step, attempt), new PrepareStep(step, attempt)).OfType<StepPrepared>().ShouldHaveSingleItem().SquaredNorm;

    private List<object> Say(params object[] messages)
    {
        answers = [];
        foreach (object message in messages)
            host.Tell(message);
        system.Kernel.Drain();
        return answers;
    }

    private static TrainForward Forward(int step, int attempt) =>
        new(step, 0, attempt, [0], 0, TinyModels.Noise(Core.Seeds.SeedTree.Root(1).Stream(), 2, Config.Tokens, Config.HiddenSize), null, 1);

    private static TrainBackward Backward(int step, int attempt) =>
        new(step, 0, attempt, [0], 0, TinyModels.Noise(Core.Seeds.SeedTree.Root(2).Stream(), 2, Config.Tokens, Config.HiddenSize));

    private sealed class Probe : ReceiveActor
    {
        public Probe(Action<object> note) => ReceiveAny(note);
    }
}
