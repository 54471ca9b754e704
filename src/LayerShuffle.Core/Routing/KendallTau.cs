namespace LayerShuffle.Core.Routing;

/// <summary>Kendall's tau distance: how many pairs of layers an order has the wrong way round.</summary>
public static class KendallTau
{
    /// <summary>The distance to ascending order ÷ its maximum: 0 in order, 1 reversed; 0 for fewer than two layers.</summary>
    public static double NormalizedDistance(IReadOnlyList<int> order)
    {
        // All pairs: orders have tens of layers, where counting plainly beats a merge sort.
        long inversions = 0, pairs = (long)order.Count * (order.Count - 1) / 2;
        for (int i = 0; i < order.Count; i++)
            for (int j = i + 1; j < order.Count; j++)
                if (order[i] > order[j])
                    inversions++;
        return pairs == 0 ? 0 : (double)inversions / pairs;
    }
}
