using LayerShuffle.Core.Links;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Conditions of the links.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="endpoints">The endpoints there are.</param>
internal sealed class NetworkBinder(MistakeList mistakes, EndpointChecker endpoints)
{
    /// <summary>What an exception or a fault has to give, for the sentence that asks for it.</summary>
    public static string Changeable { get; } = "at least one of " + string.Join(", ", ClusterLanguage.LinkKeyNames);

    public NetworkSpec Bind(MapNode? network)
    {
        LinkConditions conditions = LinkConditions.Perfect with { ControlLossy = Read.Text(network, "control") == "lossy" };
        if (network is not null)
            conditions = conditions.With(Patch(network));
        List<LinkException> links = [];
        foreach (MapNode link in (network?.Get("links") as SequenceNode)?.Items.OfType<MapNode>() ?? [])
        {
            IReadOnlyList<string> from = endpoints.Ends(link.Get("from")), to = endpoints.Ends(link.Get("to"));
            endpoints.CheckLink(link, from, to);
            LinkPatch patch = Patch(link);
            if (patch == new LinkPatch())
                mistakes.Add(link, "the exception changes nothing", Changeable);
            links.AddRange(from.SelectMany(sender => to.Where(receiver => receiver != sender || sender == "all")
                .Select(receiver => new LinkException(sender, receiver, patch))));
        }

        return new NetworkSpec(conditions, links) { MembershipLossy = Read.Text(network, "membership") == "lossy" };
    }

    public LinkPatch Patch(MapNode? map) => new()
    {
        Latency = map?.Get("latency") is { } latency ? DistributionBinder.Bind(latency, mistakes) : null,
        Bandwidth = Read.Rate(map, "bandwidth"),
        Overhead = Read.Size(map, "overhead"),
        Loss = Read.Probability(map, "loss"),
        Duplicate = Read.Probability(map, "duplicate"),
        Corrupt = Read.Probability(map, "corrupt"),
        Reorder = Read.Probability(map, "reorder"),
        KeepOrder = Read.Boolean(map, "keep_order"),
    };
}
