using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Model;

/// <summary>A part of a model that one machine can own: the embeddings, a layer, the head, or all of them together.</summary>
public abstract class ModelPart : nn.Module
{
    /// <summary>With a name for TorchSharp's listings.</summary>
    protected ModelPart(string name)
        : base(name)
    {
    }

    /// <summary>The tensors under their Hugging Face names, relative to this part, in Hugging Face's sequence.</summary>
    internal abstract IEnumerable<NamedSlice> Slices();

    /// <summary>
    /// The tensors under their Hugging Face names (relative to this part), in Hugging Face's sequence. They share the model's memory; the caller disposes the
    /// handles.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDictionary()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (NamedSlice slice in Slices())
            state.Add(slice.Name, slice.Value());
        return state;
    }

    /// <summary>The gradients under the names of <see cref="StateDictionary"/>, null where there is none. The caller disposes the handles.</summary>
    public IReadOnlyDictionary<string, Tensor?> Gradients()
    {
        var gradients = new OrderedDictionary<string, Tensor?>();
        foreach (NamedSlice slice in Slices())
            gradients.Add(slice.Name, slice.Gradient());
        return gradients;
    }

    /// <summary>Copies tensors into the parameters, widening float16 and bfloat16. Nothing is copied unless all of them fit.</summary>
    /// <param name="state">Tensors under the names of <see cref="StateDictionary"/>.</param>
    /// <param name="sourceName">What to call their origin in a message.</param>
    /// <param name="allowMissingVariantTensors">
    /// Whether the state may come from another variant: tensors that only this variant has keep their values, those that only another one has are passed over.
    /// </param>
    /// <exception cref="ModelFormatException">Names every missing, unexpected and misshapen tensor.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state, string sourceName, bool allowMissingVariantTensors = false)
    {
        List<NamedSlice> slices = [.. Slices()];
        CheckState(slices, state, sourceName, allowMissingVariantTensors);
        using (no_grad())
        {
            foreach (NamedSlice slice in slices)
            {
                if (!state.TryGetValue(slice.Name, out Tensor? source))
                    continue;
                using Tensor target = slice.Value();
                target.copy_(source);
            }
        }
    }

    /// <summary>Copies tensors that a plan has found fit; those that it has none for keep their values.</summary>
    internal void LoadPlanned(IReadOnlyDictionary<string, Tensor> state, string sourceName)
    {
        var whole = new Dictionary<string, Tensor>(StateDictionary(), StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in state)
            whole[name] = tensor;
        LoadState(whole, sourceName);
    }

    /// <summary>A parameter that no dispose scope owns.</summary>
    internal static Parameter NewParameter(Tensor initial)
    {
        var parameter = new Parameter(initial);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static void CheckState(List<NamedSlice> slices, IReadOnlyDictionary<string, Tensor> state, string sourceName, bool acrossVariants)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        List<string> missing = [], misshapen = [];
        foreach (NamedSlice slice in slices)
        {
            known.Add(slice.Name);
            if (!state.TryGetValue(slice.Name, out Tensor? tensor))
            {
                if (!(acrossVariants && slice.OfVariant))
                    missing.Add(slice.Name);
            }
            else if (!tensor.shape.AsSpan().SequenceEqual(slice.Shape))
            {
                misshapen.Add($"{slice.Name} is {Show(tensor.shape)} instead of {Show(slice.Shape)}");
            }
            else if (!tensor.is_floating_point())
            {
                misshapen.Add($"{slice.Name} holds {tensor.dtype} instead of floating-point numbers");
            }
        }

        List<string> unexpected =
            [.. state.Keys.Where(name => !known.Contains(name) && !(acrossVariants && HuggingFaceNames.IsVariantTensor(name))).Order(StringComparer.Ordinal)];
        List<string> mistakes = [];
        if (missing.Count > 0)
            mistakes.Add("missing: " + string.Join(", ", missing));
        if (unexpected.Count > 0)
            mistakes.Add("unexpected: " + string.Join(", ", unexpected));
        if (misshapen.Count > 0)
            mistakes.Add("misshapen: " + string.Join(", ", misshapen));
        if (mistakes.Count > 0)
            throw new ModelFormatException($"The tensors in {sourceName} do not fit the model; {string.Join("; ", mistakes)}.");
    }

    private static string Show(long[] shape) => $"[{string.Join(", ", shape)}]";
}
