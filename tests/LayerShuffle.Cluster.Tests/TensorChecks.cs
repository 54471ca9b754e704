using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

internal static class TensorChecks
{
    public static byte[] Bytes(this Tensor tensor)
    {
        using Tensor plain = tensor.detach().contiguous();
        return plain.bytes.ToArray();
    }

    /// <summary>
    /// How many tensors there are when the collector has freed those that earlier tests forgot: it would do so during a measurement otherwise.
    /// </summary>
    public static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Tensor.TotalCount;
    }

    /// <summary>All weights, in a fixed sequence.</summary>
    public static byte[] Bytes(this ModelPart part)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. part.StateDictionary().Values.SelectMany(tensor => tensor.Bytes())];
    }

    public static double Distance(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        using DisposeScope scope = NewDisposeScope();
        return (a.detach() - b.detach()).abs().max().item<float>();
    }

    public static void ShouldBeNear(this Tensor actual, Tensor expected, double tolerance, string what) =>
        Distance(actual, expected).ShouldBeLessThanOrEqualTo(tolerance, what);

    /// <summary>The same tensors, to the last bit, and none where there is none.</summary>
    public static void ShouldEqualBitwise(this IReadOnlyDictionary<string, Tensor?> actual, IReadOnlyDictionary<string, Tensor?> expected)
    {
        actual.Keys.ShouldBe(expected.Keys);
        foreach ((string name, Tensor? tensor) in expected)
        {
            (actual[name] is null).ShouldBe(tensor is null, name);
            if (tensor is not null)
                actual[name]!.Bytes().SequenceEqual(tensor.Bytes()).ShouldBeTrue(name);
        }
    }
}
