using LayerShuffle.Core.Links;

namespace LayerShuffle.Core.Faults;

/// <summary>What faults do to links, until it is lifted.</summary>
public static class FaultHolds
{
    /// <summary>Takes down the links between different groups of a partition.</summary>
    public static LinkHold Cut(this LinkInjector injector, PartitionFault fault) => injector.Cut(fault.Name, injector.Topology.LinksAcross(fault.Groups));

    /// <summary>Changes the conditions of a link fault's links. Its start is its time, so faults of one instant go by the order of the calls.</summary>
    public static LinkHold ApplyPatch(this LinkInjector injector, LinkFault fault) =>
        injector.ApplyPatch(fault.Name, injector.Topology.LinksBetween(fault.From, fault.To), fault.Set, fault.At.Nanoseconds);
}
