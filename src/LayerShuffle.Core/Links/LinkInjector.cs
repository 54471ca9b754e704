using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>
/// Decides the fate of every message on every link of one trial, on either clock. Fates are verdicts: it neither waits nor delivers. All luck is a pure
/// function of (seed, repeat, purpose, link, request, layer, attempt, copy, and branch and incarnation where they are not the first); what it remembers is when
/// each link is free, and what it counted. Not thread-safe.
/// </summary>
public sealed class LinkInjector
{
    private readonly Topology topology;
    private readonly LinkConditions standard;
    // by their ends as written; Order is the scenario's
    private readonly Dictionary<(string From, string To), List<(int Order, LinkPatch Set)>> exceptions = [];
    private readonly SeedTree trialSeed;
    // by link index; made when first used: n endpoints have n² links, and most of them never carry anything
    private readonly Dictionary<int, LinkState> links = [];
    private readonly List<LinkHold> holds = [];
    private readonly SharedRate?[]? uplinks, downlinks; // by endpoint; null where no node has one

    /// <summary>The links of a fresh trial: all up, all idle.</summary>
    /// <param name="spec">Conditions of the links.</param>
    /// <param name="topology">The endpoints.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    /// <param name="cluster">The nodes, where their links share rates; null: no link shares anything.</param>
    public LinkInjector(NetworkSpec spec, Topology topology, SeedTree trialSeed, ClusterSpec? cluster = null)
    {
        (this.topology, this.trialSeed, standard) = (topology, trialSeed, spec.Default);
        uplinks = Shared(cluster, node => node.UplinkBytesPerSecond);
        downlinks = Shared(cluster, node => node.DownlinkBytesPerSecond);
        for (int i = 0; i < spec.Links.Count; i++)
        {
            LinkException exception = spec.Links[i];
            foreach (string end in new[] { exception.From, exception.To })
                if (end != Topology.All)
                    topology.Index(end); // an end that does not exist is a mistake, whether or not anything is ever sent there
            if (!exceptions.TryGetValue((exception.From, exception.To), out List<(int, LinkPatch)>? same))
                exceptions[(exception.From, exception.To)] = same = [];
            same.Add((i, exception.Set));
        }
    }

    /// <summary>When measuring begins: how busy links are before is nobody's business.</summary>
    public Instant MeasuredFrom { get; init; }

    /// <summary>Hands a data message to its link, which decides the fate of every copy at once.</summary>
    /// <param name="from">Sending endpoint.</param>
    /// <param name="to">Receiving endpoint: another one.</param>
    /// <param name="key">What its draws depend on.</param>
    /// <param name="sizeBytes">Its size, for the bandwidth.</param>
    /// <param name="now">When it is sent; never earlier than the last one on this link.</param>
    /// <param name="isWarmUp">Whether it is a request's of the warm-up, which no record tells of.</param>
    public SendVerdict Send(int from, int to, in MessageKey key, long sizeBytes, Instant now, bool isWarmUp = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        return Link(from, to).Send(key, sizeBytes, now, isWarmUp);
    }

    /// <summary>Whether what arrives at an endpoint has its downlink before it: <see cref="PassDownlink"/> tells then when it is through.</summary>
    public bool HasDownlink(int to) => downlinks?[to] is not null;

    /// <summary>
    /// Hands a copy that has come over its link to the downlink of a living receiver, which all links to it share: first come, first served. Whoever delivers
    /// calls this when the copy is there (<see cref="CopyVerdict.At"/>): no verdict can know in which order others come.
    /// </summary>
    /// <param name="from">Sending endpoint.</param>
    /// <param name="to">Receiving endpoint: one with a downlink.</param>
    /// <param name="incarnation">The receiver's: what waited when it crashed waits no more.</param>
    /// <param name="sizeBytes">What of the message arrives.</param>
    /// <param name="at">When the copy arrived.</param>
    /// <returns>When its last byte is through: its delivery.</returns>
    public Instant PassDownlink(int from, int to, int incarnation, long sizeBytes, Instant at) =>
        downlinks?[to] is { } line ? line.Pass(Link(from, to).Conditions.OnWire(sizeBytes), at, incarnation) : at;

    /// <summary>
    /// Hands a control message to its link: it has no size, and is dropped only where the link is down, or by loss where control messages are lossy.
    /// </summary>
    /// <param name="from">Sending endpoint.</param>
    /// <param name="to">Receiving endpoint: another one.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="key">The data message it speaks of.</param>
    /// <param name="copy">The copy of it that it speaks of: never a running count.</param>
    /// <param name="now">When it is sent.</param>
    public ControlVerdict SendControl(int from, int to, ControlKind kind, in MessageKey key, int copy, Instant now) =>
        Link(from, to).SendControl(kind, key, copy, now);

    /// <summary>
    /// Hands a message of the cluster's membership (gossip, heartbeats) to its link: dropped where the link is down or by the loss of data, else delayed by a
    /// latency. It has no size and is counted nowhere. Its luck goes by how many have gone before it on this link, which only real time knows; no other draw is
    /// touched.
    /// </summary>
    /// <param name="from">Sending endpoint.</param>
    /// <param name="to">Receiving endpoint: another one.</param>
    /// <param name="now">When it is sent.</param>
    public ControlVerdict SendMembership(int from, int to, Instant now) => Link(from, to).SendMembership(now);

    /// <summary>Counts a copy that reached its receiver: a verdict cannot know who will be up by then.</summary>
    /// <param name="from">Sending endpoint.</param>
    /// <param name="to">Receiving endpoint.</param>
    /// <param name="fate">The copy's fate: delivered or corrupted.</param>
    /// <param name="receiverUp">Whether the receiver was up, in the incarnation that it was sent to.</param>
    /// <param name="overtook">Whether a copy that was handed to the link earlier arrives later (<see cref="CopyVerdict.Overtakes"/>).</param>
    /// <param name="isWarmUp">Whether it is a request's of the warm-up.</param>
    public void CountArrival(int from, int to, CopyFate fate, bool receiverUp, bool overtook = false, bool isWarmUp = false) => Link(from, to)
        .CountArrival(fate, receiverUp, overtook, isWarmUp);

    /// <summary>The endpoints.</summary>
    public Topology Topology => topology;

    /// <summary>Whether no partition cuts the link.</summary>
    public bool IsUp(int from, int to) => Link(from, to).IsUp;

    /// <summary>The conditions in force, link faults included.</summary>
    public LinkConditions Conditions(int from, int to) => Link(from, to).Conditions;

    /// <summary>Takes links down until lifted. A link is up when no cut holds it, so overlapping partitions do not heal each other.</summary>
    /// <param name="faultName">The name to lift it by.</param>
    /// <param name="linkIndexes">Directed links (<see cref="Topology.LinkIndex"/>); for a partition, its event's targets.</param>
    public LinkHold Cut(string faultName, IReadOnlyList<int> linkIndexes) => Hold(new(this, faultName, Listed(faultName, linkIndexes), null, 0));

    /// <summary>Changes the conditions of links until lifted; of several changes the later start wins, key by key.</summary>
    /// <param name="faultName">The name to lift it by.</param>
    /// <param name="linkIndexes">Directed links (<see cref="Topology.LinkIndex"/>); for a link fault, its event's targets.</param>
    /// <param name="patch">What differs.</param>
    /// <param name="startOrder">Greater for a later start; of equal ones the later call wins.</param>
    public LinkHold ApplyPatch(string faultName, IReadOnlyList<int> linkIndexes, LinkPatch patch, long startOrder) =>
        Hold(new(this, faultName, Listed(faultName, linkIndexes), patch, startOrder));

    /// <summary>Lifts what a fault does to links.</summary>
    /// <returns>Whether it did anything.</returns>
    public bool Lift(string faultName)
    {
        LinkHold[] lifted = [.. holds.Where(hold => hold.Fault == faultName)];
        foreach (LinkHold hold in lifted)
            hold.Dispose();
        return lifted.Length > 0;
    }

    /// <summary>What every link that carried or dropped anything did so far, by sending and then by receiving endpoint.</summary>
    /// <param name="oneEnd">Whether this injector serves one endpoint only (on the wall clock): it knows what that endpoint sent and what reached it, and the
    /// books need not balance.</param>
    /// <param name="end">When the trial ended: what links transmit after that is not its; null: nothing is left out.</param>
    public IReadOnlyList<LinkRecord> Records(bool oneEnd = false, Instant? end = null) =>
        [.. links.Where(link => link.Value.IsUsed).OrderBy(link => link.Key).Select(link => link.Value.Record(oneEnd, end ?? Instant.Never))];

    internal void Lift(LinkHold hold)
    {
        if (!holds.Remove(hold))
            return;
        foreach (LinkState link in InUse(hold.Links))
            link.Lift(hold);
    }

    private LinkHold Hold(LinkHold hold)
    {
        holds.Add(hold);
        foreach (LinkState link in InUse(hold.Links))
            link.Apply(hold);
        return hold;
    }

    private LinkSet Listed(string fault, IReadOnlyList<int> links)
    {
        if (links is not LinkSet && links.Any(link => topology.LinkEnds(link) is var (from, to) && from == to))
            throw new ArgumentException($"Fault '{fault}' names a link from an endpoint to itself, and there is none.");
        return LinkSet.Of(topology.Count, links);
    }

    /// <summary>Each by itself: their order reaches nothing.</summary>
    private IEnumerable<LinkState> InUse(LinkSet set) =>
        links.Where(link => topology.LinkEnds(link.Key) is var (from, to) && set.Contains(from, to)).Select(link => link.Value);

    private LinkState Link(int from, int to)
    {
        int index = topology.LinkIndex(from, to);
        if (links.TryGetValue(index, out LinkState? link))
            return link;
        if (from == to)
            throw new ArgumentException($"{topology.Name(from)} does not send to itself over a link: "
                + "what stays on an endpoint takes no time and is never lost.", nameof(to));
        links[index] = link = new(topology.Name(from), topology.Name(to), Asked(topology.Name(from), topology.Name(to)), trialSeed, uplinks?[from])
        {
            MeasuredFrom = MeasuredFrom,
        };
        foreach (LinkHold hold in holds)
            if (hold.Links.Contains(from, to))
                link.Apply(hold);
        return link;
    }

    private static SharedRate?[]? Shared(ClusterSpec? cluster, Func<NodeSpec, double?> rate) => cluster is null || cluster.Nodes.All(node => rate(node) is null)
        ? null : [null, .. cluster.Nodes.Select(node => rate(node) is { } bytes ? new SharedRate(bytes) : null)]; // the coordinator has none

    /// <summary>The conditions asked for: the exceptions that concern the link, in the scenario's order.</summary>
    private LinkConditions Asked(string from, string to)
    {
        if (exceptions.Count == 0)
            return standard;
        (string, string)[] written = [(from, to), (from, Topology.All), (Topology.All, to), (Topology.All, Topology.All)];
        IEnumerable<(int Order, LinkPatch Set)> concerning = written.SelectMany(ends => exceptions.GetValueOrDefault(ends) ?? []);
        return concerning.OrderBy(exception => exception.Order).Aggregate(standard, (conditions, exception) => conditions.With(exception.Set));
    }
}
