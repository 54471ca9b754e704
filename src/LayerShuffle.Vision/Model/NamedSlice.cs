using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Model;

/// <summary>A tensor under its Hugging Face name: a parameter, or one third (query, key or value) of a fused one.</summary>
/// <param name="Name">The name, relative to the part that owns the parameter.</param>
/// <param name="Parameter">What holds the numbers.</param>
/// <param name="Third">0, 1 or 2 for the query's, key's or value's third; null for the whole parameter.</param>
/// <param name="OfVariant">Whether only this variant of the model has the tensor.</param>
internal readonly record struct NamedSlice(string Name, Parameter Parameter, int? Third = null, bool OfVariant = false)
{
    public long[] Shape
    {
        get
        {
            long[] shape = Parameter.shape;
            if (Third is not null)
                shape[0] /= 3;
            return shape;
        }
    }

    public Tensor Value() => Cut(Parameter.detach());

    public Tensor? Gradient()
    {
        using Tensor? gradient = Parameter.grad; // a handle of its own at every call
        return gradient is null ? null : Cut(gradient.detach());
    }

    private Tensor Cut(Tensor whole)
    {
        if (Third is not { } third)
            return whole;
        long rows = whole.shape[0] / 3;
        using (whole)
            return whole.narrow(0, third * rows, rows);
    }
}
