using LayerShuffle.Core.Damages;
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
                mistakes.Add(link, "the exception changes nothing", Changeable + ", trace");
            links.AddRange(from.SelectMany(sender => to.Where(receiver => receiver != sender || sender == "all")
                .Select(receiver => new LinkException(sender, receiver, patch))));
        }

        return new NetworkSpec(conditions, links)
        {
            MembershipLossy = Read.Text(network, "membership") == "lossy",
            NanGuard = Read.Boolean(network, "nan_guard") == true,
        };
    }

    public LinkPatch Patch(MapNode? map)
    {
        ScenarioNode? loss = map?.Get("loss"), reorder = map?.Get("reorder");
        LossChain? chain = Chain(loss as MapNode);
        return new()
        {
            Latency = map?.Get("latency") is { } latency ? DistributionBinder.Bind(latency, mistakes) : null,
            Bandwidth = Read.Rate(map, "bandwidth"),
            Overhead = Read.Size(map, "overhead"),
            Queue = Queue(map?.Map("queue")),
            Loss = chain?.StationaryLoss() ?? Read.Probability(loss) ?? (loss is MapNode ? 0 : null),
            LossChain = chain,
            LoseFirst = Read.Integer(loss as MapNode, "first"),
            Duplicate = Read.Probability(map, "duplicate"),
            Packets = Packets(map?.Map("packets")),
            Corrupt = Read.Probability(map, "corrupt"),
            Corruption = Corruption(map?.Map("corrupt")),
            Checksum = Read.Boolean(map, "checksum"),
            Reorder = Read.Probability(reorder),
            ReorderPattern = Pattern(reorder as MapNode),
            KeepOrder = Read.Boolean(map, "keep_order"),
            Trace = TraceBinder.Bind(map?.Get("trace"), mistakes),
        };
    }

    /// <summary>Which bits of numbers flip.</summary>
    public static BitField Field(MapNode? map) => Read.Text(map, "field") switch
    {
        "sign" => BitField.Sign,
        "exponent" => BitField.Exponent,
        "mantissa" => BitField.Mantissa,
        _ => BitField.Any,
    };

    private static CorruptionSpec? Corruption(MapNode? corrupt) => corrupt is null ? null : Read.Text(corrupt, "kind") switch
    {
        "noise" => new(CorruptionKind.Noise) { Strength = Read.Number(corrupt, "strength", 1) },
        "zero" => new(CorruptionKind.Zero) { Share = Read.Probability(corrupt, "share") ?? 0 },
        "swap" => new(CorruptionKind.Swap) { Tokens = Read.Integer(corrupt, "tokens", 2) },
        _ => new(CorruptionKind.Flip) { Bits = Read.Integer(corrupt, "bits", 1), Field = Field(corrupt) },
    };

    private PacketSpec? Packets(MapNode? packets)
    {
        if (packets is null)
            return null;
        long? size = Read.Size(packets, "size");
        if (size == 0)
            mistakes.Add(packets.Get("size")!, "a packet that carries nothing", "a size such as `1400B`");
        return new PacketSpec(size is > 0 and var bytes ? bytes : 1400, Read.Text(packets, "missing") switch
        {
            "mean" => MissingPackets.Mean,
            "drop" => MissingPackets.Drop,
            "resend" => MissingPackets.Resend,
            _ => MissingPackets.Zero,
        });
    }

    private LossChain? Chain(MapNode? loss)
    {
        double Step(string key, double otherwise = 0) => Read.Probability(loss, key) ?? otherwise;
        switch (Read.Text(loss, "model"))
        {
            case "gilbert-elliott":
                return new(LossKind.GilbertElliott) { P = Step("p"), R = Step("r"), LossBad = Step("loss_bad", 1), LossGood = Step("loss_good") };
            case "markov":
                LossChain chain = new(LossKind.Markov) { P13 = Step("p13"), P31 = Step("p31"), P32 = Step("p32"), P23 = Step("p23", 1), P14 = Step("p14") };
                AtMostOne(loss!, "p13", "p14", chain.P13 + chain.P14);
                AtMostOne(loss!, "p31", "p32", chain.P31 + chain.P32);
                return chain;
            default:
                return Step("correlation") > 0 ? new(LossKind.Correlated) { P = Step("probability"), R = Step("correlation") } : null;
        }
    }

    private void AtMostOne(MapNode loss, string one, string other, double sum)
    {
        if (sum > 1)
            mistakes.Add(loss.Get(other) ?? loss, $"`{one}` and `{other}` are more than 100% together: they are steps out of the same state");
    }

    private static QueueSpec? Queue(MapNode? queue)
    {
        if (queue is null)
            return null;
        int? messages = Read.Integer(queue, "limit");
        return new QueueSpec(messages is null ? Read.Size(queue, "limit") ?? 0 : null, messages,
            Read.Text(queue, "drop") == "random" ? QueueDrop.Random : QueueDrop.Tail);
    }

    private static ReorderPattern? Pattern(MapNode? reorder)
    {
        (double correlation, int gap) = (Read.Probability(reorder, "correlation") ?? 0, Read.Integer(reorder, "gap", 1));
        return correlation > 0 || gap > 1 ? new ReorderPattern(correlation, gap) : null;
    }
}
