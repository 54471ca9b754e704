using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Security;

namespace LayerShuffle.Cluster.Wall;

/// <summary>What the coordinator tells a worker at its start, through its supervisor.</summary>
internal sealed record WorkerSettings
{
    /// <summary>Its endpoint.</summary>
    public required int Endpoint { get; init; }

    /// <summary>What all processes of the run have in common.</summary>
    public required ulong Token { get; init; }

    /// <summary>Where the coordinator's process is reached.</summary>
    public required PeerAddress Coordinator { get; init; }

    /// <summary>What it proves to the others that it is of this run by. Never to be logged.</summary>
    public required ClusterGrant Grant { get; init; }

    /// <summary>Whether the whole cluster is on this machine, of processes that its coordinator has started.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>The port of its actor system; 0 for any.</summary>
    public int AkkaPort { get; init; }

    /// <summary>The port of its data plane; 0 for any.</summary>
    public int DataPort { get; init; }

    /// <summary>The address to listen on.</summary>
    public required string Listen { get; init; }

    /// <summary>The name under which others reach it.</summary>
    public required string Host { get; init; }

    /// <summary>Whether it will host layers of models: then it needs libtorch, and says at its start if that is not there.</summary>
    public required bool Computes { get; init; }

    /// <summary>Computing threads.</summary>
    public required int Threads { get; init; }

    /// <summary>cpu, cuda or cuda:N.</summary>
    public required string Device { get; init; }

    /// <summary>The coordinator's machine (<see cref="MachineClock.BootId"/>): on the same one, monotonic clocks agree.</summary>
    public string? BootId { get; init; }

    /// <summary>How long heartbeats of a member may stay out, in nanoseconds.</summary>
    public long HeartbeatPause { get; init; } = MembershipSpec.Default.AcceptableHeartbeatPause.Nanoseconds;

    /// <summary>How long nothing may have changed before unreachable members are downed, in nanoseconds.</summary>
    public long StableAfter { get; init; } = MembershipSpec.Default.StableAfter.Nanoseconds;

    /// <summary>Whether it writes down more than it needs to: details, and warnings of Akka.</summary>
    public bool Verbose { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, WorkerJson.Default.WorkerSettings);

    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static WorkerSettings Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WorkerJson.Default.WorkerSettings) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new InvalidDataException("The worker's settings are not those of a coordinator of this version."); // the text may hold a secret
        }
    }
}

/// <summary>Generated code: finding out by reflection how to read one line would cost each worker more than all the rest of reading it.</summary>
[JsonSerializable(typeof(WorkerSettings))]
internal sealed partial class WorkerJson : JsonSerializerContext;
