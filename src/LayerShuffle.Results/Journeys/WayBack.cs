using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Journeys;

/// <summary>Finds the way of a result through a request's hops, from its end to its beginning.</summary>
/// <param name="request">The request.</param>
/// <param name="hops">Its hops, by the time of sending.</param>
internal sealed class WayBack(RequestRecord request, HopRecord[] hops)
{
    /// <summary>The hops from the coordinator on; empty where none is known.</summary>
    public HopRecord[] Find() => Way(strict: true) ?? Way(strict: false) ?? [];

    private HopRecord[]? Way(bool strict)
    {
        HashSet<HopRecord> asked = new(ReferenceEqualityComparer.Instance); // membership only
        foreach (HopRecord end in Ends(strict))
        {
            List<HopRecord> way = [];
            if (Leads(end, strict, asked, way))
                return [.. way];
        }

        return null;
    }

    /// <summary>Where it may have ended: at the result that came at the outcome; or where it came furthest.</summary>
    private IEnumerable<HopRecord> Ends(bool strict)
    {
        if (request.Latency is not { } latency)
            return hops.Where(hop => hop.ComputeEnd is not null).OrderByDescending(hop => hop.Position).ThenByDescending(hop => hop.ComputeEnd!.Value);
        Instant outcome = request.Submitted + latency;
        return hops.Where(hop => hop.Layer is null && hop.Delivered <= outcome && (!strict || hop.Position == request.Order!.Count))
            .OrderByDescending(hop => hop.Delivered!.Value);
    }

    private bool Leads(HopRecord hop, bool strict, HashSet<HopRecord> asked, List<HopRecord> way)
    {
        if (!asked.Add(hop))
            return false;
        bool leads = hop.Position == 0 || hops
            .Where(before => before.Position == hop.Position - 1 && before.To == hop.From && before.ComputeEnd <= hop.Sent && IsOf(before, strict))
            .OrderByDescending(before => before.Branch == hop.Branch).ThenByDescending(before => before.ComputeEnd!.Value)
            .Any(before => Leads(before, strict, asked, way));
        if (leads)
            way.Add(hop);
        return leads;
    }

    /// <summary>Whether a hop's layer stands at its place in the order that is told. Where layers were handed on (a guard), places differ.</summary>
    private bool IsOf(HopRecord hop, bool strict) => !strict || request.Order is not { } order
        || (hop.Position < order.Count && hop.Layer == order[hop.Position]);
}
