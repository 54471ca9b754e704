using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>Several journeys of every request, on separate luck.</summary>
/// <param name="Paths">How many set out.</param>
/// <param name="Combine">What is made of their results.</param>
/// <param name="Wait">How long after the first result the others are waited for, where they are combined.</param>
public sealed record RedundancySpec(int Paths, CombineKind Combine, Duration Wait);

/// <summary>What is made of the results of a request's journeys.</summary>
public enum CombineKind
{
    /// <summary>The mean of their logits.</summary>
    MeanLogits,

    /// <summary>The first one counts.</summary>
    First,
}
