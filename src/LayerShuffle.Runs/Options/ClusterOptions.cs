using System.Net;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Runs.Options;

/// <summary>What the command line says of a cluster of several processes; only scenarios with <c>clock: wall</c> have one.</summary>
/// <param name="Listen">--listen: where nodes join; null: on this machine alone, with workers of its own.</param>
/// <param name="Workers">--workers: how many nodes to wait for, the others may join later; null without --listen.</param>
/// <param name="PublicHost">--public-host: the name under which other machines reach this one; null: the address listened on.</param>
/// <param name="Security">The secret or certificates.</param>
public sealed record ClusterOptions(HostAddress? Listen, int? Workers, string? PublicHost, SecurityOptions Security)
{
    /// <summary>--control-port: where the coordinator's own actor system listens; null: any port that is free.</summary>
    public int? ControlPort { get; init; }

    /// <summary>--data-port: where the coordinator's own data plane listens; null: any port that is free.</summary>
    public int? DataPort { get; init; }

    /// <summary>On this machine alone.</summary>
    public static ClusterOptions Local { get; } = new(null, null, null, new SecurityOptions(null, null, null, null, null));

    /// <summary>Holds them against the scenario.</summary>
    /// <exception cref="UsageException">The scenario has no use for them.</exception>
    internal void Check(Scenario scenario)
    {
        if (scenario.Clock == ScenarioClock.Virtual && Given() is { } option)
        {
            throw new UsageException(
                $"{option} is for scenarios with `clock: wall`; {scenario.Name} has `clock: virtual`, which runs all nodes in one process. Leave it out, or "
                    + "run on the wall clock with --set clock=wall.");
        }

        if (Workers is { } workers && (workers > scenario.Nodes.Count || (workers < scenario.Nodes.Count && !MayBeAway(scenario))))
        {
            string nodes = $"{scenario.Nodes.Count} node{(scenario.Nodes.Count == 1 ? "" : "s")}";
            throw new UsageException(workers > scenario.Nodes.Count
                ? $"--workers {workers}: {scenario.Name} has {nodes}, and every node is a worker. Give --workers {scenario.Nodes.Count}, or change the "
                    + $"scenario with --set cluster.nodes={workers}."
                : $"--workers {workers}: {scenario.Name} has {nodes}, and nobody would host the layers of those that are not there. Give --workers "
                    + $"{scenario.Nodes.Count}, or have the others host them until their nodes join with --set cluster.recovery=rehost.");
        }

        if (ControlPort is { } port && (port == DataPort || port == Listen?.Port))
            throw new UsageException($"--control-port {port}: the same port is given twice. --listen, --control-port and --data-port must differ.");
        if (DataPort is { } data && data == Listen?.Port)
            throw new UsageException($"--data-port {data}: the same port is given twice. --listen, --control-port and --data-port must differ.");
        if (Listen is null && Security.Certificate is not null)
            throw new UsageException("--cert goes with --listen: without it, the run stays on this machine with workers of its own, "
                + "which need no certificates.");
    }

    /// <summary>The address to listen on; null without --listen.</summary>
    /// <param name="isSecured">Whether there is something that nodes prove themselves by; else nobody may come from other machines.</param>
    /// <exception cref="UsageException">There is no such address here, or strangers could reach it.</exception>
    internal IPEndPoint? ListenEndPoint(bool isSecured)
    {
        if (Listen is not { } asked)
            return null;
        IPAddress address;
        try
        {
            address = HostAddress.Listening(asked.Host);
            ListenPolicy.Check(address, isSecured);
            Listener.Check(new IPEndPoint(address, asked.Port!.Value), "nodes that join", "--listen");
            Listener.Check(new IPEndPoint(address, ControlPort ?? 0), "control messages", "--control-port");
            Listener.Check(new IPEndPoint(address, DataPort ?? 0), "activations", "--data-port");
        }
        catch (Exception exception) when (exception is InsecureAddressException or ClusterException)
        {
            throw new UsageException($"--listen {asked}: {exception.Message}");
        }

        if (asked.IsLinkLocal && PublicHost is null)
            throw new UsageException($"--listen {asked}: a link-local address means something else on every machine. Say with --public-host how nodes reach "
                + "this one, or listen on another address.");
        if (PublicHost is { } host)
            CheckPublic(host);
        return new IPEndPoint(address, asked.Port!.Value);
    }

    /// <summary>The name that nodes are to go to must at least be one here.</summary>
    private static void CheckPublic(string host)
    {
        try
        {
            if (HostAddress.Literal(host) is null)
                _ = Dns.GetHostAddresses(host);
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new UsageException($"--public-host {host}: this name has no address ({exception.Message}). Give the name or address under which the nodes' "
                + "machines reach this one.");
        }
    }

    /// <summary>Whether nodes of a scenario may be away while it runs: in all its conditions others host the layers of a node that is not there.</summary>
    internal static bool MayBeAway(Scenario scenario) => scenario.Conditions.All(variant => variant.Cluster.Recovery == RecoveryKind.Rehost);

    private string? Given() =>
        Listen is not null ? "--listen" : ControlPort is not null ? "--control-port" : DataPort is not null ? "--data-port" : Workers is not null ? "--workers"
            : PublicHost is not null ? "--public-host" : Security.SecretFile is not null ? "--secret-file" : Security.Certificate is not null ? "--cert" :
        Security.Key is not null ? "--key" : Security.Authority is not null ? "--authority" : null;
}
