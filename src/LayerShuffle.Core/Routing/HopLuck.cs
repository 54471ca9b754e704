using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Routing;

/// <summary>The luck of what an endpoint decides about a hop: it depends on the hop as the luck of its messages does.</summary>
public static class HopLuck
{
    /// <summary>A uniform draw.</summary>
    /// <param name="purpose">The node of the seed tree for the purpose and the endpoints.</param>
    /// <param name="hop">The hop; its branch counts where it is not the first.</param>
    /// <param name="layer">The layer it is for.</param>
    /// <param name="attempt">0 for the first sending.</param>
    /// <param name="incarnation">The sender's incarnation; it counts where it is not the first.</param>
    public static double Of(SeedTree purpose, HopId hop, int layer, int attempt, int incarnation)
    {
        SeedTree draw = purpose.Child(hop.Request).Child(layer).Child(attempt);
        if (hop.Branch != 0)
            draw = draw.Child("branch").Child(unchecked((long)hop.Branch));
        if (incarnation != 1)
            draw = draw.Child("incarnation").Child(incarnation);
        return draw.Uniform;
    }
}
