using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Wire formats on the virtual clock: what they weigh and what they cost.</summary>
public sealed class WireFormatTests
{
    public WireFormatTests() => torch.set_num_threads(1);

    [Theory]
    [InlineData(WireFormat.Float32, 4)]
    [InlineData(WireFormat.Float16, 2)]
    [InlineData(WireFormat.BFloat16, 2)]
    [InlineData(WireFormat.Int8, 1)]
    public void Transmissions_take_as_long_as_their_format_is_large(WireFormat format, int bytes)
    {
        const double bytesPerSecond = 1_000_000;
        double transmissionMs = Tokens * Hidden * bytes / bytesPerSecond * 1000;
        TrialSpec spec = Spec(Link(5, bandwidth: bytesPerSecond), new RoutingSpec { Timeout = Ms(50) });
        TrialRecord trial = Run(spec with { Cluster = spec.Cluster with { Wire = format } });
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Layers * 2 + (Layers + 1) * (5 + transmissionMs)));
        trial.Links.Sum(link => link.Bytes).ShouldBe(20L * (Layers + 1) * Tokens * Hidden * bytes);
    }

    [Theory]
    [InlineData(WireFormat.Float32)]
    [InlineData(WireFormat.Float16)]
    [InlineData(WireFormat.BFloat16)]
    [InlineData(WireFormat.Int8)]
    public void Activations_are_rounded_where_they_cross_and_only_there(WireFormat format)
    {
        using DisposeScope scope = NewDisposeScope();
        VitConfig config = TinyModels.Config(ModelVariant.Standard);
        using VisionTransformer model = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 4);
        using var system = new VirtualActorSystem();
        var recorder = new LogitRecorder(model, new ImageSet(pixels, labels));
        TrialSpec spec = Spec(Link(5), new RoutingSpec { Timeout = Ms(50) }, requests: 1, nodes: 2);
        spec = spec with
        {
            // layers 0 and 1 on one node, 2 on the other
            Cluster = spec.Cluster with { Wire = format, Placement = new PlacementSpec(PlacementKind.Blocks, null) },
            Workload = spec.Workload with { ImagesPerRequest = 4 },
        };
        Runner(system).Run(spec, recorder, 4).Requests.ShouldHaveSingleItem().Outcome.ShouldBe(RequestOutcome.Completed);
        (IReadOnlyList<int> images, Tensor logits) = recorder.Judged.ShouldHaveSingleItem();
        recorder.RequestsHeld.ShouldBe(0);

        using IDisposable inference = inference_mode();
        // [batch, tokens, hidden]
        Tensor hidden = Rounded(model.Embeddings.Forward(pixels.index_select(0, tensor(images.Select(image => (long)image).ToArray()))));
        hidden = model.Layers[0].Forward(hidden, null);
        hidden = Rounded(model.Layers[1].Forward(hidden, null));
        hidden = Rounded(model.Layers[2].Forward(hidden, null));
        logits.bytes.SequenceEqual(model.Head.Forward(hidden).bytes).ShouldBeTrue();

        Tensor Rounded(Tensor sent)
        {
            switch (format)
            {
                case WireFormat.Float16:
                    return sent.to(ScalarType.Float16).to(ScalarType.Float32);
                case WireFormat.BFloat16:
                    return sent.to(ScalarType.BFloat16).to(ScalarType.Float32);
                case WireFormat.Int8:
                    float scale = sent.abs().max().item<float>() / 127;
                    return (sent / scale).round() * scale;
                default:
                    return sent;
            }
        }
    }
}
