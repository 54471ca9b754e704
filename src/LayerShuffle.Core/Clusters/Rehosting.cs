namespace LayerShuffle.Core.Clusters;

/// <summary>A node that may take over layers of another.</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="Capacity">Its share of the layers relative to the others', greater than 0.</param>
/// <param name="MemoryBytes">The most weights it may host, in bytes; null: no limit.</param>
/// <param name="Hosted">The layers that it hosts now.</param>
public sealed record Survivor(int Endpoint, double Capacity, long? MemoryBytes, IReadOnlyCollection<int> Hosted);

/// <summary>Who takes over which layers.</summary>
/// <param name="Moves">Each layer that finds a host, and the host's endpoint; in the order in which they were asked for.</param>
/// <param name="Orphans">The layers that fit on no survivor, in the order in which they were asked for.</param>
public sealed record RehostingPlan(IReadOnlyList<(int Layer, int Endpoint)> Moves, IReadOnlyList<int> Orphans);

/// <summary>Chooses who hosts the layers of a node that is gone.</summary>
public static class Rehosting
{
    /// <summary>What a layer in training takes of a node's memory, in times of its weights: the weights, their gradient, and AdamW's two moments.</summary>
    public const int TrainingCost = 4;

    /// <summary>
    /// Gives each layer to the survivor whose capacity ÷ (layers it hosts + 1) is greatest of those that have room, the earlier of equals. Where a survivor
    /// hosts a copy of the layer already, one such takes it over: that costs nothing.
    /// </summary>
    /// <param name="layers">The layers without a host, in the order in which they choose.</param>
    /// <param name="survivors">Who is left, in order.</param>
    /// <param name="layerBytes">What a layer takes of their memory, in bytes; null: not known, so that memory sets no limit.</param>
    public static RehostingPlan Choose(IReadOnlyList<int> layers, IReadOnlyList<Survivor> survivors, long? layerBytes)
    {
        HashSet<int>[] hosted = [.. survivors.Select(survivor => survivor.Hosted.ToHashSet())];
        long[] room = [.. survivors.Select(survivor => HighestAverages.Room(survivor.MemoryBytes, layerBytes))];
        List<(int, int)> moves = [];
        List<int> orphans = [];
        foreach (int layer in layers)
        {
            int host = Next(i => hosted[i].Contains(layer));
            if (host < 0)
                host = Next(i => hosted[i].Count < room[i]);
            if (host < 0)
            {
                orphans.Add(layer);
                continue;
            }

            hosted[host].Add(layer);
            moves.Add((layer, survivors[host].Endpoint));
        }

        return new RehostingPlan(moves, orphans);

        int Next(Func<int, bool> mayTake) => HighestAverages.Next(survivors.Count, i => survivors[i].Capacity, i => hosted[i].Count, mayTake);
    }
}

/// <summary>The rule by which layers are placed by capacity: who has most capacity for each layer it would then have (D'Hondt's divisors) is next.</summary>
internal static class HighestAverages
{
    /// <summary>The candidate whose capacity ÷ (layers it has + 1) is greatest, the first of several.</summary>
    /// <param name="candidates">How many there are.</param>
    /// <param name="capacity">The capacity of each.</param>
    /// <param name="hosted">The layers that each has.</param>
    /// <param name="mayTake">Whether it may take one more.</param>
    /// <returns>Its index; −1 if none may.</returns>
    public static int Next(int candidates, Func<int, double> capacity, Func<int, int> hosted, Func<int, bool> mayTake)
    {
        int best = -1;
        for (int i = 0; i < candidates; i++)
        {
            // c/(h+1) against c'/(h'+1), crosswise: a division would round, and rounding would decide ties of equal shares.
            if (mayTake(i) && (best < 0 || capacity(i) * (hosted(best) + 1L) > capacity(best) * (hosted(i) + 1L)))
                best = i;
        }

        return best;
    }

    /// <summary>How many layers fit into a memory beside nothing else.</summary>
    /// <param name="memoryBytes">The memory in bytes; null: no limit.</param>
    /// <param name="layerBytes">What a layer takes, in bytes; null: not known, so that nothing is held against the limit.</param>
    public static long Room(long? memoryBytes, long? layerBytes) => memoryBytes is { } memory && layerBytes is > 0 and var each ? memory / each : long.MaxValue;
}
