using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>The loss of what a trial's requests are answered, from logits that are known.</summary>
public sealed class LossTests
{
    private const int Classes = 5, Images = 24, Batch = 4;

    private static readonly VitConfig Config = TinyModels.Config() with { NumLabels = Classes };
    private static readonly int[] Labels = [.. Enumerable.Range(0, Images).Select(image => image * 7 % Classes)];

    private readonly VisionTransformer model = TinyModels.Random(Config);

    [Fact]
    public void Who_knows_nothing_loses_the_logarithm_of_the_number_of_classes()
    {
        Answer(new float[Classes]);
        TrialRecord trial = Run();
        trial.Requests.Count.ShouldBe(Images / Batch);
        trial.Requests.ShouldAllBe(request => Math.Abs(request.Loss!.Value - Math.Log(Classes)) < 1e-12);
    }

    [Fact]
    public void Known_logits_lose_what_they_lose_by_hand()
    {
        float[] logits = [2, -1, 0.5f, 0, 3];
        Answer(logits);
        double all = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        TrialRecord trial = Run();
        int apart = 0;
        foreach (RequestRecord request in trial.Requests)
        {
            double[] losses = [.. Asked(request).Select(image => all - logits[Labels[image]])];
            request.Loss.ShouldNotBeNull().ShouldBe(losses.Average(), 1e-12);
            request.Correct.ShouldBe(Asked(request).Count(image => Labels[image] == 4));
            apart += losses.Distinct().Count() > 1 ? 1 : 0;
        }

        apart.ShouldBe(Images / Batch); // each is a mean of different losses
    }

    [Fact]
    public void The_greatest_logits_lose_a_finite_amount()
    {
        Answer([float.MaxValue, float.MinValue, float.MinValue, float.MinValue, float.MinValue]);
        foreach (RequestRecord request in Run().Requests)
            request.Loss.ShouldNotBeNull().ShouldBe(2.0 * float.MaxValue * Asked(request).Count(image => Labels[image] != 0) / Batch, 1e26);
    }

    [Fact]
    public void What_is_no_number_is_left_out_of_the_mean_and_has_none_where_it_is_all()
    {
        Answer([1, 0, 0, 0, 0]);
        using Tensor pixels = Pixels();
        foreach (int image in Enumerable.Range(0, Images).Where(image => image % 3 == 0))
            pixels[image] = full(pixels.shape[1..], double.NaN);
        var judge = new TensorTrialModel(model, new ImageSet(pixels, tensor(Labels, int64)));
        double all = Math.Log(Math.E + Classes - 1);
        Judgement some = Judge(judge, 0, 1, 2, 3);
        (some.NotFinite, some.Correct).ShouldBe((2, 0));
        some.Loss.ShouldNotBeNull().ShouldBe(all, 1e-6); // of images 1 and 2, whose classes are 2 and 4
        Judgement none = Judge(judge, 0, 3);
        (none.NotFinite, none.Loss).ShouldBe((2, null));
    }

    [Fact]
    public void Without_an_answer_there_is_no_loss()
    {
        Answer([2, -1, 0.5f, 0, 3]);
        TrialRecord trial = Run(loss: 0.1);
        trial.Requests.Count(request => request.Outcome == RequestOutcome.Completed).ShouldBeInRange(1, (Images / Batch) - 1);
        trial.Requests.ShouldAllBe(request => request.Loss.HasValue == (request.Outcome == RequestOutcome.Completed));
        TrialBuilder.Run(Spec(Link(5), new RoutingSpec())).Requests.ShouldAllBe(request => request.Outcome == RequestOutcome.Completed && request.Loss == null);
    }

    private static Judgement Judge(TensorTrialModel judge, params int[] images)
    {
        int request = images.Length; // another one each time
        object? activation = judge.Embed(request, images);
        for (int layer = 0; layer < judge.Layers; layer++)
            activation = judge.Execute(layer, activation, request, layer);
        return judge.Judge(activation, images).ShouldNotBeNull();
    }

    /// <summary>Whatever is asked, the head answers this.</summary>
    private void Answer(float[] logits)
    {
        using IDisposable grad = no_grad();
        foreach ((string name, Tensor weights) in model.Head.StateDictionary())
        {
            if (name.StartsWith("classifier.", StringComparison.Ordinal))
                weights.zero_();
            if (name == "classifier.bias")
                weights.copy_(tensor(logits));
        }
    }

    private TrialRecord Run(double loss = 0)
    {
        using var system = new VirtualActorSystem();
        using Tensor pixels = Pixels(), labels = tensor(Labels, int64);
        return new VirtualTrialRunner(system) { Wire = WireCopy.Of }.Run(Trial(loss), new TensorTrialModel(model, new ImageSet(pixels, labels)), Images);
    }

    private static TrialSpec Trial(double loss)
    {
        TrialSpec spec = Spec(Link(5, loss), new RoutingSpec { Timeout = Ms(50), Retries = 0, OnFailure = OnFailure.Fail }, requests: Images / Batch, nodes: 3);
        return spec with { Workload = spec.Workload with { ImagesPerRequest = Batch } };
    }

    private static int[] Asked(RequestRecord request)
    {
        TrialSpec spec = Trial(0);
        return new ImageSchedule(spec.Workload, Images, spec.Luck).Images(request.Request);
    }

    private static Tensor Pixels() => TinyModels.Images(Config, Images).PixelValues;
}
