using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests;

internal static class Tensors
{
    public static double Distance(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        if (a.numel() == 0)
            return 0;
        using var scope = NewDisposeScope();
        return (a.detach() - b.detach()).abs().max().ToDouble();
    }

    public static void ShouldBeNear(this Tensor actual, Tensor expected, double tolerance, string what) =>
        Distance(actual, expected).ShouldBeLessThanOrEqualTo(tolerance, what);

    public static void ShouldEqualBitwise(this Tensor actual, Tensor expected, string what)
    {
        actual.shape.ShouldBe(expected.shape, what);
        using Tensor a = actual.detach().contiguous(), b = expected.detach().contiguous();
        a.bytes.SequenceEqual(b.bytes).ShouldBeTrue(what);
    }
}

internal static class Models
{
    public static VitConfig Tiny(ModelVariant variant = ModelVariant.Standard, ModelArchitecture architecture = ModelArchitecture.Vit) => new()
    {
        Architecture = architecture,
        Variant = variant,
        ImageSize = 8,
        PatchSize = 4,
        HiddenSize = 12,
        NumHiddenLayers = 4,
        NumAttentionHeads = 3,
        IntermediateSize = 24,
        NumLabels = 5,
        LayerNormEps = architecture == ModelArchitecture.Deit ? 1e-3 : 1e-12,
    };

    public static TheoryData<ModelVariant, ModelArchitecture> All()
    {
        var all = new TheoryData<ModelVariant, ModelArchitecture>();
        foreach (ModelVariant variant in Enum.GetValues<ModelVariant>())
        {
            foreach (ModelArchitecture architecture in Enum.GetValues<ModelArchitecture>())
                all.Add(variant, architecture);
        }

        return all;
    }

    /// <summary>Weights that make every tensor count: none is zero, none is one.</summary>
    public static VisionTransformer Random(VitConfig config, long seed = 5)
    {
        VisionTransformer model = VisionTransformer.Create(config, seed);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var generator = new Generator((ulong)seed);
        using Scalar fifth = 0.2.ToScalar();
        foreach (Tensor tensor in model.StateDictionary().Values)
            tensor.add_(randn(tensor.shape, generator: generator).mul_(fifth), HeldScalars.One);
        return model;
    }

    public static Tensor Pixels(VitConfig config, int batch = 3, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        return randn([batch, config.NumChannels, config.ImageSize, config.ImageSize], generator: generator);
    }

    /// <summary>A folder of its own for a test, gone afterwards.</summary>
    public sealed class Folder : IDisposable
    {
        private static int count;

        public Folder() =>
            System.IO.Directory.CreateDirectory(Path =
                System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"layershuffle-vision-{Environment.ProcessId}-{Interlocked.Increment(ref count)}"));

        public string Path { get; }

        public string this[string name] => System.IO.Path.Combine(Path, name);

        public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
    }
}
