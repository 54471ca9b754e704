namespace LayerShuffle.Network.Clusters;

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
