using System.Globalization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Nodes and placement.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class ClusterBinder(MistakeList mistakes)
{
    public IReadOnlyList<NodeSpec> Nodes(MapNode? cluster)
    {
        ComputeTimeSpec computeTime = DistributionBinder.ComputeTime(cluster?.Get("compute_time"), mistakes);
        (ResidentSpec? resident, SlowStartSpec? slowStart) = (Resident(cluster), SlowStart(cluster));
        if (cluster?.Get("nodes") is not MapNode named)
        {
            int count = Math.Clamp(Read.Integer(cluster, "nodes", 1), 1, 10_000);
            return [.. Enumerable.Range(1, count).Select(i => new NodeSpec("node-" + i.ToString(CultureInfo.InvariantCulture), computeTime, 1, null)
            {
                Resident = resident, SlowStart = slowStart,
            })];
        }

        List<NodeSpec> nodes = [];
        foreach (MapEntry entry in named.Entries.Where(entry => !entry.Value.IsNull))
        {
            MapNode? map = entry.Value as MapNode;
            ComputeTimeSpec own = map?.Get("compute_time") is { } given ? DistributionBinder.ComputeTime(given, mistakes) : computeTime;
            nodes.Add(new NodeSpec(entry.Key, own, Read.Number(map, "slowdown", 1), Read.Text(map, "device"))
            {
                Capacity = Read.Number(map, "capacity", 0) is > 0 and var capacity ? capacity : null,
                MemoryBytes = Read.Size(map, "memory"),
                Resident = Resident(map) ?? resident,
                SlowStart = SlowStart(map) ?? slowStart,
                Power = map?.Map("power") is { } power ? new PowerSpec(Read.Power(power, "idle") ?? 0, Read.Power(power, "compute") ?? 0) : null,
                PricePerHour = Read.Price(map, "price"),
                UplinkBytesPerSecond = Read.Rate(map, "uplink") is { } up && double.IsFinite(up) ? up : null,
                DownlinkBytesPerSecond = Read.Rate(map, "downlink") is { } down && double.IsFinite(down) ? down : null,
            });
        }

        if (nodes.Count == 0)
            mistakes.Add(named, "a cluster without nodes", "at least one node");
        return nodes;
    }

    private static ResidentSpec? Resident(MapNode? map) => map?.Map("resident") is { } own && Read.Size(own, "limit") is { } limit
        && Read.Rate(own, "load") is { } load ? new ResidentSpec(limit, load) : null;

    private static SlowStartSpec? SlowStart(MapNode? map) => map?.Map("slow_start") is { } own && Read.Duration(own, "for") is { } lasting
        ? new SlowStartSpec(Read.Number(own, "factor", 1), lasting) : null;

    /// <summary>The failure domains.</summary>
    public IReadOnlyList<FailureDomain> Domains(MapNode? cluster, IReadOnlyList<NodeSpec> nodes)
    {
        EndpointChecker names = new(mistakes, nodes);
        List<FailureDomain> domains = [];
        foreach (MapEntry entry in (cluster?.Map("domains")?.Entries ?? []).Where(entry => !entry.Value.IsNull))
        {
            HashSet<string> members = [];
            foreach (ScalarNode member in Read.Scalars(entry.Value))
            {
                names.CheckNode(member.Location, member.Path, member.Text);
                if (!members.Add(member.Text))
                    mistakes.Add(member, $"`{member.Text}` stands twice in the domain", "each node once");
            }

            domains.Add(new FailureDomain(entry.Key, [.. members.Where(names.IsNode)]));
        }

        return domains;
    }

    public ClusterSpec Bind(MapNode? cluster, IReadOnlyList<NodeSpec> nodes, IReadOnlyList<FailureDomain> domains, PlacementSpec placement) =>
        new(nodes, placement)
        {
            Domains = domains,
            Respawn = Read.Boolean(cluster, "respawn") ?? true,
            Recovery = Read.Text(cluster, "recovery") == "rehost" ? RecoveryKind.Rehost : RecoveryKind.None,
            RecoveryTime = Read.Duration(cluster, "recovery_time") ?? Core.Time.Duration.Zero,
            Restore = Read.Text(cluster, "restore") switch
            {
                "neighbours" => RestoreKind.Neighbours,
                "neighbours_weighted" => RestoreKind.NeighboursWeighted,
                "copy" => RestoreKind.Copy,
                "zero" => RestoreKind.Zero,
                "random" => RestoreKind.Random,
                "none" => RestoreKind.None,
                _ => RestoreKind.Checkpoint,
            },
            Wire = Enum.GetValues<WireFormat>().FirstOrDefault(wire => wire.Word() == Read.Text(cluster, "wire")),
            Membership = Membership(cluster?.Map("membership")),
            JoulesPerBit = Read.Energy(cluster, "energy_per_bit"),
        };

    private static MembershipSpec Membership(MapNode? map) => new(
        Read.Duration(map, "acceptable_heartbeat_pause") ?? MembershipSpec.Default.AcceptableHeartbeatPause, Read.Duration(map, "stable_after")
            ?? MembershipSpec.Default.StableAfter);

    public PlacementSpec Placement(MapNode? cluster, EndpointChecker endpoints, LayerChecker layers, int replicas)
    {
        if (cluster?.Get("placement") is not MapNode map)
        {
            return Read.Text(cluster, "placement") switch
            {
                "blocks" => new PlacementSpec(PlacementKind.Blocks, null),
                "capacity" => new PlacementSpec(PlacementKind.Capacity, null),
                _ => PlacementSpec.RoundRobin,
            };
        }

        Dictionary<string, IReadOnlyList<int>> placed = [];
        Dictionary<int, int> copies = [];
        foreach (MapEntry entry in map.Entries.Where(entry => !entry.Value.IsNull))
        {
            endpoints.CheckNode(entry.KeyLocation, entry.Value.Path, entry.Key);
            layers.CheckIds(entry.Value);
            IReadOnlyList<(ScalarNode Node, int Value)> ids = Read.Integers(entry.Value);
            foreach ((ScalarNode node, int id) in ids.DistinctBy(id => id.Value))
            {
                copies[id] = copies.GetValueOrDefault(id) + 1;
                if (copies[id] > replicas)
                    mistakes.Add(node, $"layer {id} is placed {copies[id]} times", replicas == 1 ? "each layer on one node"
                        : $"each layer on at most {replicas} nodes (`routing.replicas`)");
            }

            placed[entry.Key] = [.. ids.Select(id => id.Value)];
        }

        layers.CheckComplete(map, copies.Keys);
        return new PlacementSpec(PlacementKind.Explicit, placed);
    }
}
