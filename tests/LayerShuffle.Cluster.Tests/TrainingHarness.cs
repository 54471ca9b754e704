using Akka.Actor;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Training actors fed with single steps; keeps the gradients of the last one, as they were before it was applied.</summary>
internal sealed class TrainingHarness : IDisposable
{
    private readonly VirtualActorSystem system = new();
    private readonly TrainingParts parts;
    private readonly TrainingDirectory directory = new();
    private StepResult? result;
    private Exception? failure;
    private int steps;

    public TrainingHarness(VisionTransformer model, TrainingOptions options)
    {
        parts = new TrainingParts(model, options);
        var job = new TrainingJob("model", 0, model, options, null!, null!, SeedTree.Root(0), null);
        Action<object> done = what => result = what as StepResult ?? result;
        Action<Exception> failed = e => failure ??= e;
        system.System.ActorOf(Props.Create(() => new TrainingRootActor(job, parts, directory, done, failed, null)), "training");
        system.Kernel.Drain();
        IActorRef first = directory.Layer(0);
        Action look = () => Gradients = model.Gradients().ToDictionary(g => g.Key, g => g.Value?.clone());
        IActorRef spy = system.System.ActorOf(Props.Create(() => new GradientSpy(first, look)), "spy");
        directory.Enter(Wired(directory.Coordinator), [Wired(spy), .. directory.Layers.Skip(1).Select(Wired)]);
    }

    /// <summary>Gradients of the whole model after the last step's backward pass.</summary>
    public IReadOnlyDictionary<string, Tensor?> Gradients { get; private set; } = new Dictionary<string, Tensor?>();

    public StepResult Step(int[] route, double learningRate, params (Tensor PixelValues, Tensor Labels)[] microBatches)
    {
        result = null;
        directory.Coordinator.Tell(new TrainStep(steps++, 0, route, microBatches, learningRate));
        system.Kernel.Drain();
        failure.ShouldBeNull();
        return result.ShouldNotBeNull();
    }

    /// <summary>An actor before this one that writes and reads every message with its codec.</summary>
    private IActorRef Wired(IActorRef actor) => system.System.ActorOf(Props.Create(() => new WireRelay(actor)));

    public void Dispose()
    {
        system.Dispose();
        parts.Dispose();
    }
}
