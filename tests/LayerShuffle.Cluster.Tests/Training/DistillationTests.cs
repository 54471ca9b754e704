using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>A teacher's word counts as much as is asked for, whatever order the learner runs in.</summary>
public sealed class DistillationTests : IDisposable
{
    private static readonly VitConfig Config = TinyModels.Config(ModelVariant.LayerShuffle);
    private readonly VisionTransformer teacher = TinyModels.Random(Config, seed: 8);
    private readonly DisposeScope scope = NewDisposeScope();

    public DistillationTests()
    {
        set_num_threads(1);
        teacher.eval();
    }

    [Fact]
    public void Targets_are_the_labels_and_what_the_teacher_says_in_ascending_order()
    {
        (Tensor pixels, Tensor labels) = TinyModels.Images(Config, 6);
        Tensor said;
        using (no_grad())
            said = teacher.Forward(pixels, [0, 1, 2]).Logits.div(2).softmax(1);
        Tensor hard = nn.functional.one_hot(labels, Config.NumLabels).to(float32);
        Tensor targets = new Distillation(teacher, 0.25, 2).Targets(pixels, labels);
        targets.allclose(said * 0.25f + hard * 0.75f, rtol: 1e-6, atol: 1e-7).ShouldBeTrue();
        targets.requires_grad.ShouldBeFalse();
        new Distillation(teacher, 0.25, 2).Targets(pixels, hard).allclose(targets).ShouldBeTrue("labels may be shares already");
    }

    [Fact]
    public void The_gradient_is_that_of_the_labels_and_of_the_divergence_from_the_teacher()
    {
        (Tensor pixels, Tensor labels) = TinyModels.Images(Config, 6);
        Tensor first = randn(6, Config.NumLabels, generator: new Generator(3)).requires_grad_(), second = first.detach().clone().requires_grad_();
        VitLoss.ClassLoss(first, new Distillation(teacher, 0.4, 1).Targets(pixels, labels)).backward();
        Tensor said;
        using (no_grad())
            said = teacher.Forward(pixels, [0, 1, 2]).Logits.softmax(1);
        Tensor divergence = (said * (said.log() - second.log_softmax(1))).sum() / 6f; // Kullback–Leibler, mean over images
        (VitLoss.ClassLoss(second, labels) * 0.6f + divergence * 0.4f).backward();
        first.grad!.allclose(second.grad!, rtol: 1e-4, atol: 1e-6).ShouldBeTrue();
    }

    [Fact]
    public void A_pupil_of_the_teacher_alone_comes_nearer_to_it_and_the_same_again()
    {
        var options = new TrainingOptions { Epochs = 3, BatchSize = 16, LearningRate = 5e-3, MicroBatches = 2 };
        (IReadOnlyList<TrainingRecord> records, byte[] weights) = Train(options, 1);
        records[^1].Loss.ShouldBeLessThan(records[0].Loss);
        Train(options, 1).Weights.SequenceEqual(weights).ShouldBeTrue();
        Train(options, 0.5).Weights.SequenceEqual(weights).ShouldBeFalse();
        Train(options, 0).Records[^1].Loss.ShouldBe(Train(options, null).Records[^1].Loss, 1e-4, "a teacher who says nothing changes nothing");
    }

    public void Dispose()
    {
        scope.Dispose();
        teacher.Dispose();
    }

    private (IReadOnlyList<TrainingRecord> Records, byte[] Weights) Train(TrainingOptions options, double? weight)
    {
        using VisionTransformer pupil = VisionTransformer.Create(Config, 5);
        (Tensor pixels, Tensor labels) = TinyModels.Images(Config, 48);
        var set = new ImageSet(pixels, labels);
        var job = new TrainingJob("pupil", 0, pupil, options, set, set, SeedTree.Root(11), null)
        {
            Distillation = weight is { } share ? new Distillation(teacher, share, 1) : null,
        };
        using var system = new VirtualActorSystem();
        return (new VirtualTrainer(system).Train(job, null, null, CancellationToken.None), pupil.Bytes());
    }
}
