using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Faults;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Runs.Models;

/// <summary>
/// What the trials of a run ask. On the virtual clock nobody looks at an activation on its way, so that a model's trials share what it has answered.
/// </summary>
/// <param name="clock">The scenario's clock.</param>
/// <param name="trainer">Makes the models; null where the network alone is simulated.</param>
/// <param name="data">The images; null likewise.</param>
internal sealed class TrialModels(ScenarioClock clock, ModelTrainer? trainer, RunData? data)
{
    private readonly Dictionary<(string Name, int Seed), RememberingTrialModel> asked = []; // looked up by key only
    private readonly Dictionary<(string Name, int Seed), VisionTransformer> before = []; // likewise

    /// <summary>What a trial asks, the trained model in it (none where the network alone is simulated), and the number of test images.</summary>
    public (ITrialModel Model, TrainedModel? Trained, int Images) Of(PlannedTrial planned, CancellationToken cancellation)
    {
        ModelSpec spec = planned.Model;
        if (trainer is null || data is null)
            return (new SizesOnlyModel(spec.NumHiddenLayers, spec.Tokens, spec.HiddenSize), null,
                planned.Spec.Workload.Requests!.Value * planned.Spec.Workload.ImagesPerRequest);
        (TrainedModel trained, ITestImages images) = Trained(planned, cancellation);
        if (clock == ScenarioClock.Wall || planned.Spec.NeedsTensors) // what befalls tensors on the way is seen by whoever computes as it goes on
            return (new TensorTrialModel(trained.Model, images) { Before = Before(planned, cancellation) }, trained, images.Count);
        (string, int) name = (spec.Name, planned.Spec.Key.TrainingSeed);
        if (!asked.TryGetValue(name, out RememberingTrialModel? model))
            asked[name] = model = new RememberingTrialModel(trained.Model, images);
        return (model, trained, images.Count);
    }

    /// <summary>The model at the checkpoint before its last, where a fault has nodes answer with it.</summary>
    private VisionTransformer? Before(PlannedTrial planned, CancellationToken cancellation)
    {
        if (!planned.Spec.Faults.Any(fault => fault is ByzantineFault { Answer: ByzantineAnswer.Stale }))
            return null;
        (string, int) name = (planned.Model.Name, planned.Spec.Key.TrainingSeed);
        if (!before.TryGetValue(name, out VisionTransformer? model))
            before[name] = model = trainer!.Before(planned.Model, planned.Spec.Key.TrainingSeed, cancellation);
        return model;
    }

    /// <summary>The trained model of a trial and its test images.</summary>
    public (TrainedModel Trained, ITestImages Images) Trained(PlannedTrial planned, CancellationToken cancellation)
    {
        TrainedModel trained = trainer!.Get(planned.Model, planned.Spec.Key.TrainingSeed, cancellation);
        return (trained, data!.Test(trained.Model.Config, trained.Preprocessor));
    }
}
