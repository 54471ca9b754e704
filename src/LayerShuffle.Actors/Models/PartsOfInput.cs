using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// An input that is a sum: of what a group of layers was given, and what each of them added to it. It stays on the node that computes on it.
/// </summary>
/// <param name="Activations">Handles of the parts.</param>
/// <param name="IsPacked">Whether each part is a layer's input with its output behind it, <c>[2 · batch, tokens, hidden]</c>; else there is one part, which
/// is the input itself.</param>
/// <param name="Packs">Whether what a layer makes of it travels as such a part.</param>
public sealed record PartsOfInput(IReadOnlyList<object?> Activations, bool IsPacked, bool Packs)
{
    /// <summary>The input, in the caller's scope and inference mode: what the first part's layer was given, plus what each part's layer added to its own
    /// input, in the order of the parts.</summary>
    /// <param name="parts">The activations.</param>
    /// <param name="isPacked">As above.</param>
    public static Tensor Sum(IReadOnlyList<Tensor> parts, bool isPacked)
    {
        if (!isPacked)
            return parts[0];                                                              // [batch, tokens, hidden]
        Tensor sum = parts[0].chunk(2)[0];                                                // [batch, tokens, hidden]
        foreach (Tensor part in parts)
        {
            Tensor[] halves = part.chunk(2);
            sum = sum.add(halves[1].add(halves[0].neg(), HeldScalars.One), HeldScalars.One);
        }

        return sum;
    }

    /// <summary>What travels of a layer's output.</summary>
    public Tensor Pack(Tensor input, Tensor output) => Packs ? cat([input, output]) : output;
}
