using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Faults;

/// <summary>A bit of a weight that is another from now on.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Element">Which of its weights, in the order of its tensors.</param>
/// <param name="Bit">Which bit of it, from 0 for the lowest.</param>
public readonly record struct WeightFlip(int Layer, long Element, int Bit);

/// <summary>
/// Which bits faults of memory flip: a function of the seed, the fault, its time and the node, so that every place comes to the same.
/// </summary>
/// <param name="placement">Which layers a node has in its memory.</param>
/// <param name="layerBytes">What the weights of a layer take; null: there are none.</param>
/// <param name="topology">Names of the endpoints.</param>
/// <param name="luck">Root of the trial's draws.</param>
public sealed class MemoryFlips(Placement placement, long? layerBytes, Topology topology, SeedTree luck)
{
    /// <summary>The ledger's words where there is nothing to flip.</summary>
    public const string Nothing = "flipped nothing";

    /// <summary>The different bits that a fault flips at a node, in the order of drawing.</summary>
    public IReadOnlyList<WeightFlip> At(FaultEvent strike, int node)
    {
        var fault = (MemoryFault)strike.Fault;
        IReadOnlyList<int> layers = placement.LayersOn(node);
        long weights = (layerBytes ?? 0) / sizeof(float);
        if (weights == 0 || layers.Count == 0)
            return [];
        (int lowest, int count) = NumberBits.Of(fault.Field, WireFormat.Float32);
        RandomStream draws = luck.Child("memory").Child(fault.Name).Child(topology.Name(node)).Child(strike.At.Nanoseconds).Stream();
        OrderedDictionary<WeightFlip, bool> flips = [];
        double most = Math.Min(fault.Flips, (double)layers.Count * weights * count);
        while (flips.Count < most)
            flips.TryAdd(new(layers[draws.Next(layers.Count)], (long)(draws.NextDouble() * weights), lowest + draws.Next(count)), true);
        return flips.Keys;
    }

    /// <summary>The ledger's words for them.</summary>
    public static string Words(MemoryFault fault, IReadOnlyList<WeightFlip> flips)
    {
        if (flips.Count == 0)
            return Nothing;
        int[] layers = [.. flips.Select(flip => flip.Layer).Distinct().Order()];
        string field = fault.Field == BitField.Any ? "" : fault.Field.ToString().ToLowerInvariant() + " ";
        return $"flipped {flips.Count} {field}bit{(flips.Count == 1 ? "" : "s")} in layer{(layers.Length == 1 ? "" : "s")} {string.Join(' ', layers)}";
    }
}
