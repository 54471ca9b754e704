using Akka.Actor;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Floating-point sums depend on their order; it is that of micro-batches, however they arrive.</summary>
public class ArrivalOrderTests
{
    private const int MicroBatches = 5;

    public ArrivalOrderTests() => torch.set_num_threads(1);

    public static TheoryData<ModelVariant> Variants => [.. Enum.GetValues<ModelVariant>()];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Shuffled_arrival_gives_the_same_gradients_and_losses_bitwise(ModelVariant variant)
    {
        VitConfig config = TinyModels.Config(variant, layers: 4);
        (StepResult expected, IReadOnlyDictionary<string, Tensor?> gradients) = Step(config, null);
        for (int seed = 0; seed < 4; seed++)
        {
            (StepResult result, IReadOnlyDictionary<string, Tensor?> shuffled) = Step(config, SeedTree.Root(seed));
            result.ShouldBe(expected);
            shuffled.ShouldEqualBitwise(gradients);
        }
    }

    private static (StepResult Result, IReadOnlyDictionary<string, Tensor?> Gradients) Step(VitConfig config, SeedTree? luck)
    {
        using var system = new VirtualActorSystem();
        using VisionTransformer model = TinyModels.Random(config);
        var options = new TrainingOptions { LabelSmoothing = 0.05 };
        using var parts = new TrainingParts(model, options);
        var directory = new TrainingDirectory();
        var job = new TrainingJob("model", 0, model, options, null!, null!, SeedTree.Root(0), null);
        StepResult? result = null;
        Exception? failure = null;
        Action<object> done = what => result = what as StepResult ?? result;
        Action<Exception> failed = e => failure ??= e;
        system.System.ActorOf(Props.Create(() => new TrainingRootActor(job, parts, directory, done, failed, null)));
        system.Kernel.Drain();
        IActorRef coordinator = directory.Coordinator;
        IReadOnlyDictionary<string, Tensor?> gradients = new Dictionary<string, Tensor?>();
        Action look = () => gradients = model.Gradients().ToDictionary(g => g.Key, g => g.Value?.clone());
        int shuffled = 0;
        Action count = () => shuffled++;
        IActorRef Before(IActorRef actor, int number) =>
            system.System.ActorOf(Props.Create(() => new Shuffler(actor, luck == null ? null : luck.Value.Child(number), number == 0 ? look : null, count)));
        directory.Enter(Before(coordinator, directory.Layers.Count), [.. directory.Layers.Select(Before)]);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 13);
        coordinator.Tell(new TrainStep(0, 0, [2, 0, 3, 1], [.. pixels.chunk(MicroBatches).Zip(labels.chunk(MicroBatches))], 1e-3));
        system.Kernel.Drain();
        failure.ShouldBeNull();
        (shuffled > 0).ShouldBe(luck is not null);
        return (result.ShouldNotBeNull(), gradients);
    }

    /// <summary>Holds tensors back until those of all micro-batches are here, then lets them go in a drawn order; reports after all else.</summary>
    private sealed class Shuffler : ReceiveActor
    {
        public Shuffler(IActorRef actor, SeedTree? luck, Action? look, Action shuffled)
        {
            var held = new Dictionary<Type, List<object>>();
            List<object> reports = [];
            ReceiveAny(message =>
            {
                if (message is PrepareStep)
                    look?.Invoke();
                if (luck is not { } seed || message is not ITensorMessage)
                {
                    actor.Forward(message);
                    return;
                }

                if (message is LayerReport)
                {
                    reports.Add(message);
                }
                else
                {
                    List<object> mine = held.TryGetValue(message.GetType(), out List<object>? list) ? list : held[message.GetType()] = [];
                    mine.Add(message);
                    if (mine.Count < MicroBatches)
                        return;
                    shuffled();
                    foreach (int i in seed.Child(message.GetType().Name).Stream().Permutation(MicroBatches))
                        actor.Tell(mine[i]);
                }

                if (!held.ContainsKey(typeof(BackwardDone)) || held[typeof(BackwardDone)].Count < MicroBatches)
                    return;
                foreach (int i in seed.Child("reports").Stream().Permutation(reports.Count))
                    actor.Tell(reports[i]);
                reports.Clear();
            });
        }
    }
}
