using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>NaN and infinity are no answer of a model, also where an epoch is measured.</summary>
public sealed class BrokenAnswersTests
{
    [Theory]
    [InlineData(float.NaN, 8)]
    [InlineData(float.PositiveInfinity, 8)]
    [InlineData(float.NegativeInfinity, 8)]
    [InlineData(0f, 0)]
    public void An_epochs_accuracy_counts_them_as_wrong_and_says_so(float bias, int broken)
    {
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        VitConfig config = TinyModels.Config();
        VisionTransformer model = VisionTransformer.Create(config, 1);
        using (no_grad())
        {
            Tensor rows = model.StateDictionary()["classifier.bias"];
            rows.zero_();
            rows[0] = bias;
            model.StateDictionary()["classifier.weight"].zero_();
        }

        model.eval();
        var images = new ImageSet(randn(8, config.NumChannels, config.ImageSize, config.ImageSize), zeros(8, ScalarType.Int64)); // all of class 0
        var job = new TrainingJob("m", 0, model, new TrainingOptions { Epochs = 1, BatchSize = 4 }, images, images, SeedTree.Root(1), null);
        List<string> said = [];
        using var system = new VirtualActorSystem();
        var trainer = new VirtualTrainer(system, said.Add);

        double accuracy = trainer.Evaluate(job, OrderKind.Sequential);

        if (broken > 0)
        {
            accuracy.ShouldBe(0);
            said.ShouldHaveSingleItem().ShouldContain($"{broken} of 8 answers in training order hold NaN or infinity; they count as wrong");
        }
        else
        {
            said.ShouldBeEmpty();
        }
    }
}
