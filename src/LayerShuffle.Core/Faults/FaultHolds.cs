using LayerShuffle.Core.Links;

namespace LayerShuffle.Core.Faults;

/// <summary>What faults do to links, until it is lifted.</summary>
public static class FaultHolds
{
    /// <summary>Takes down the links that a strike of a partition cuts.</summary>
    public static LinkHold Cut(this LinkInjector injector, FaultEvent strike) => injector.Cut(strike.Hold, strike.Targets);

    /// <summary>Changes the conditions of a link fault's links. Its start is its time, so faults of one instant go by the order of the calls.</summary>
    public static LinkHold ApplyPatch(this LinkInjector injector, FaultEvent strike, LinkPatch set) =>
        injector.ApplyPatch(strike.Hold, strike.Targets, set, strike.At.Nanoseconds);
}
