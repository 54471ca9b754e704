using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>A trial's specification with all it holds: what workers are given before a trial.</summary>
internal static class TrialSpecCodec
{
    public static void Write(ref WireWriter writer, TrialSpec spec)
    {
        WriteKey(ref writer, spec.Key);
        writer.WriteInt64(spec.Seed);
        NetworkCodecs.WriteNetwork(ref writer, spec.Network);
        writer.WriteList(spec.Faults, FaultCodecs.WriteFault);
        WriteCluster(ref writer, spec.Cluster);
        WriteRouting(ref writer, spec.Routing);
        WriteWorkload(ref writer, spec.Workload);
        writer.WriteNullable(spec.LayerBytes, static (ref w, bytes) => w.WriteCount(bytes));
        writer.WriteNumber(spec.TraceRequests);
        writer.WriteOptional(spec.Reliability, static (ref w, reliability) => w.WriteList(reliability.Units, static (ref w, unit) =>
        {
            w.WriteString(unit.Name);
            w.WriteBool(unit.IsDomain);
            w.WriteDouble(unit.Up);
        }));
    }

    public static TrialSpec Read(ref WireReader reader) => new()
    {
        Key = ReadKey(ref reader),
        Seed = reader.ReadInt64(),
        Network = NetworkCodecs.ReadNetwork(ref reader),
        Faults = reader.ReadList(FaultCodecs.ReadFault),
        Cluster = ReadCluster(ref reader),
        Routing = ReadRouting(ref reader),
        Workload = ReadWorkload(ref reader),
        LayerBytes = reader.ReadNullable(static (ref r) => r.ReadCount()),
        TraceRequests = reader.ReadNumber(),
        Reliability = reader.ReadOptional(static (ref r) => new ReliabilitySpec(r.ReadList(static (ref r) =>
            new ReliabilityUnit(r.ReadString(), r.ReadBool(), r.ReadDouble())))),
    };

    private static void WriteKey(ref WireWriter writer, TrialKey key)
    {
        writer.WriteNumber(key.Trial);
        writer.WriteString(key.Model);
        writer.WriteNumber(key.TrainingSeed);
        writer.WriteString(key.Policy);
        writer.WriteString(key.Condition);
        writer.WriteNumber(key.Repeat);
    }

    private static TrialKey ReadKey(ref WireReader reader) =>
        new(reader.ReadNumber(), reader.ReadString(), reader.ReadNumber(), reader.ReadString(), reader.ReadString(), reader.ReadNumber());

    private static void WriteCluster(ref WireWriter writer, ClusterSpec cluster)
    {
        writer.WriteList(cluster.Nodes, static (ref w, node) =>
        {
            w.WriteString(node.Name);
            NetworkCodecs.WriteDistribution(ref w, node.ComputeTime.Base);
            w.WriteDuration(node.ComputeTime.PerImage);
            w.WriteDouble(node.Slowdown);
            w.WriteOptional(node.Device, static (ref w, device) => w.WriteString(device));
            w.WriteNullable(node.Capacity, static (ref w, capacity) => w.WriteDouble(capacity));
            w.WriteNullable(node.MemoryBytes, static (ref w, bytes) => w.WriteCount(bytes));
            w.WriteOptional(node.Resident, static (ref w, resident) =>
            {
                w.WriteCount(resident.LimitBytes);
                w.WriteDouble(resident.BytesPerSecond);
            });
            w.WriteOptional(node.SlowStart, static (ref w, slow) =>
            {
                w.WriteDouble(slow.Factor);
                w.WriteDuration(slow.For);
            });
            w.WriteOptional(node.Power, static (ref w, power) =>
            {
                w.WriteDouble(power.IdleWatts);
                w.WriteDouble(power.ComputeWatts);
            });
            w.WriteNullable(node.PricePerHour, static (ref w, price) => w.WriteDouble(price));
            w.WriteNullable(node.UplinkBytesPerSecond, static (ref w, rate) => w.WriteDouble(rate));
            w.WriteNullable(node.DownlinkBytesPerSecond, static (ref w, rate) => w.WriteDouble(rate));
        });
        writer.WriteEnum(cluster.Placement.Kind);
        writer.WriteOptional(cluster.Placement.Layers, static (ref w, layers) =>
        {
            w.WriteNumber(layers.Count);
            foreach ((string node, IReadOnlyList<int> ids) in layers) // in the scenario's order, which decides between copies
            {
                w.WriteString(node);
                w.WriteNumbers(ids);
            }
        });
        writer.WriteList(cluster.Domains, static (ref w, domain) =>
        {
            w.WriteString(domain.Name);
            FaultCodecs.WriteNames(ref w, domain.Nodes);
        });
        writer.WriteBool(cluster.Respawn);
        writer.WriteEnum(cluster.Recovery);
        writer.WriteDuration(cluster.RecoveryTime);
        writer.WriteEnum(cluster.Wire);
        writer.WriteEnum(cluster.Restore);
        writer.WriteDuration(cluster.Membership.AcceptableHeartbeatPause);
        writer.WriteDuration(cluster.Membership.StableAfter);
        writer.WriteNullable(cluster.JoulesPerBit, static (ref w, joules) => w.WriteDouble(joules));
    }

    private static ClusterSpec ReadCluster(ref WireReader reader)
    {
        NodeSpec[] nodes = reader.ReadList(static (ref r) => new NodeSpec(
            r.ReadString(), new ComputeTimeSpec(NetworkCodecs.ReadDistribution(ref r), r.ReadDuration()), r.ReadDouble(),
                r.ReadOptional(static (ref r) => r.ReadString()))
        {
            Capacity = r.ReadNullable(static (ref r) => r.ReadDouble()),
            MemoryBytes = r.ReadNullable(static (ref r) => r.ReadCount()),
            Resident = r.ReadOptional(static (ref r) => new ResidentSpec(r.ReadCount(), r.ReadDouble())),
            SlowStart = r.ReadOptional(static (ref r) => new SlowStartSpec(r.ReadDouble(), r.ReadDuration())),
            Power = r.ReadOptional(static (ref r) => new PowerSpec(r.ReadDouble(), r.ReadDouble())),
            PricePerHour = r.ReadNullable(static (ref r) => r.ReadDouble()),
            UplinkBytesPerSecond = r.ReadNullable(static (ref r) => r.ReadDouble()),
            DownlinkBytesPerSecond = r.ReadNullable(static (ref r) => r.ReadDouble()),
        });
        var kind = reader.ReadEnum<PlacementKind>();
        var placement = new PlacementSpec(kind, reader.ReadOptional<IReadOnlyDictionary<string, IReadOnlyList<int>>>(static (ref r) =>
        {
            int count = r.ReadListLength(2);
            var layers = new OrderedDictionary<string, IReadOnlyList<int>>(count);
            for (int i = 0; i < count; i++)
            {
                string node = r.ReadString();
                if (!layers.TryAdd(node, r.ReadNumbers()))
                    throw r.Wrong($"the node '{node}' is placed twice");
            }

            return layers;
        }));
        return new(nodes, placement)
        {
            Domains = reader.ReadList(static (ref r) => new FailureDomain(r.ReadString(), FaultCodecs.ReadNames(ref r))),
            Respawn = reader.ReadBool(),
            Recovery = reader.ReadEnum<RecoveryKind>(),
            RecoveryTime = reader.ReadDuration(),
            Wire = reader.ReadEnum<WireFormat>(),
            Restore = reader.ReadEnum<RestoreKind>(),
            Membership = new(reader.ReadDuration(), reader.ReadDuration()),
            JoulesPerBit = reader.ReadNullable(static (ref r) => r.ReadDouble()),
        };
    }

    private static void WriteRouting(ref WireWriter writer, RoutingSpec routing)
    {
        writer.WriteEnum(routing.Order);
        writer.WriteOptional(routing.ExplicitOrder, static (ref w, order) => w.WriteNumbers(order));
        writer.WriteOptional(routing.Prune, static (ref w, prune) =>
        {
            w.WriteNumber(prune.Layers);
            w.WriteEnum(prune.Choose);
            w.WriteOptional(prune.Ids, static (ref w, ids) => w.WriteNumbers(ids));
            w.WriteBool(prune.PerTrial);
        });
        WriteNullable(ref writer, routing.Timeout);
        writer.WriteNumber(routing.Retries);
        writer.WriteEnum(routing.OnFailure);
        writer.WriteNumber(routing.Replicas);
        WriteNullable(ref writer, routing.Detection);
        writer.WriteOptional(routing.Backoff, static (ref w, backoff) =>
        {
            w.WriteDouble(backoff.Factor);
            WriteNullable(ref w, backoff.Max);
            w.WriteDouble(backoff.Jitter);
        });
        writer.WriteOptional(routing.Pin, static (ref w, pin) =>
        {
            w.WriteNumber(pin.First);
            w.WriteNumber(pin.Last);
        });
        writer.WriteEnum(routing.Copies);
        writer.WriteOptional(routing.Avoid, static (ref w, avoid) =>
        {
            w.WriteNumber(avoid.After);
            w.WriteDuration(avoid.For);
        });
        writer.WriteOptional(routing.Hedge, static (ref w, hedge) =>
        {
            WriteNullable(ref w, hedge.After);
            w.WriteDouble(hedge.Quantile);
        });
        writer.WriteOptional(routing.Redundancy, static (ref w, redundancy) =>
        {
            w.WriteNumber(redundancy.Paths);
            w.WriteEnum(redundancy.Combine);
            w.WriteDuration(redundancy.Wait);
        });
        writer.WriteNumber(routing.Parallel);
        writer.WriteOptional(routing.Phi, static (ref w, phi) =>
        {
            w.WriteDouble(phi.Threshold);
            w.WriteDuration(phi.Heartbeat);
            w.WriteDuration(phi.AcceptablePause);
            w.WriteNumber(phi.MostSamples);
            w.WriteDuration(phi.LeastDeviation);
        });
    }

    private static RoutingSpec ReadRouting(ref WireReader reader) => new()
    {
        Order = reader.ReadEnum<OrderKind>(),
        ExplicitOrder = reader.ReadOptional(static (ref r) => r.ReadNumbers()),
        Prune = reader.ReadOptional(static (ref r) => new PruneSpec(
            r.ReadNumber(), r.ReadEnum<PruneChoice>(), r.ReadOptional(static (ref r) => r.ReadNumbers()), r.ReadBool())),
        Timeout = ReadNullable(ref reader),
        Retries = reader.ReadNumber(),
        OnFailure = reader.ReadEnum<OnFailure>(),
        Replicas = reader.ReadNumber(),
        Detection = ReadNullable(ref reader),
        Backoff = reader.ReadOptional(static (ref r) => new BackoffSpec(r.ReadDouble(), ReadNullable(ref r), r.ReadDouble())),
        Pin = reader.ReadOptional(static (ref r) => new PinSpec(r.ReadNumber(), r.ReadNumber())),
        Copies = reader.ReadEnum<CopyChoice>(),
        Avoid = reader.ReadOptional(static (ref r) => new AvoidSpec(r.ReadNumber(), r.ReadDuration())),
        Hedge = reader.ReadOptional(static (ref r) => new HedgeSpec(ReadNullable(ref r), r.ReadDouble())),
        Redundancy = reader.ReadOptional(static (ref r) => new RedundancySpec(r.ReadNumber(), r.ReadEnum<CombineKind>(), r.ReadDuration())),
        Parallel = reader.ReadNumber(),
        Phi = reader.ReadOptional(static (ref r) => new PhiSpec(r.ReadDouble(), r.ReadDuration(), r.ReadDuration(), r.ReadNumber(), r.ReadDuration())),
    };

    private static void WriteWorkload(ref WireWriter writer, WorkloadSpec workload)
    {
        writer.WriteNullable(workload.Requests, static (ref w, requests) => w.WriteNumber(requests));
        writer.WriteNumber(workload.ImagesPerRequest);
        writer.WriteEnum(workload.Arrivals.Kind);
        writer.WriteNumber(workload.Arrivals.Concurrency);
        writer.WriteDouble(workload.Arrivals.RatePerSecond);
        writer.WriteOptional(workload.Arrivals.Times, TrafficCodecs.WriteTimes);
        writer.WriteDuration(workload.Deadline);
        writer.WriteDuration(workload.WarmUp);
        WriteNullable(ref writer, workload.HealAfter);
    }

    private static WorkloadSpec ReadWorkload(ref WireReader reader) => new(
        reader.ReadNullable(static (ref r) => r.ReadNumber()), reader.ReadNumber(),
        new ArrivalSpec(reader.ReadEnum<ArrivalKind>(), reader.ReadNumber(), reader.ReadDouble()) { Times = reader.ReadOptional(TrafficCodecs.ReadTimes) },
        reader.ReadDuration())
    {
        WarmUp = reader.ReadDuration(),
        HealAfter = ReadNullable(ref reader),
    };

    private static void WriteNullable(ref WireWriter writer, Duration? value) =>
        writer.WriteNullable(value, static (ref w, duration) => w.WriteDuration(duration));

    private static Duration? ReadNullable(ref WireReader reader) => reader.ReadNullable(static (ref r) => r.ReadDuration());
}
