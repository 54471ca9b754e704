namespace LayerShuffle.Results.Metrics;

/// <summary>How far an executed order is from ascending layer ids.</summary>
internal static class OrderDistance
{
    /// <summary>Kendall's tau distance (the pairs that stand the wrong way round) ÷ the number of pairs: 0 in order, 1 reversed; 0 for fewer than two layers.</summary>
    public static double ToAscending(IReadOnlyList<int> order)
    {
        var count = order.Count;
        if (count < 2)
            return 0;
        long inversions = 0;
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                if (order[i] > order[j])
                    inversions++;
            }
        }
        return (double)inversions / ((long)count * (count - 1) / 2);
    }
}
