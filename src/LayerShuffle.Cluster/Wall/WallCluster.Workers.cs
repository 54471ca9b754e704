using System.Globalization;
using System.Net;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <content>Starting workers, and starting them again.</content>
public sealed partial class WallCluster
{
    /// <summary>Starts a worker; again if it dies by itself before it is ready.</summary>
    private async Task<PeerAddress> StartWorkerAsync(NodeState node)
    {
        await Task.Yield(); // the caller holds the lock
        for (int tries = 1; ; tries++)
        {
            try
            {
                PeerAddress address = await StartOnceAsync(node).ConfigureAwait(false);
                if (proven)
                    await ProveAsync(node, address).ConfigureAwait(false);
                return address;
            }
            catch (WorkerDiedException exception) when (exception is { Asked: false, Hopeless: false } && options.Respawn && tries < MostStarts
                && !stop.IsCancellationRequested)
            {
                options.Log($"{exception.Message} It is started again.");
            }
            catch (UnreachableException exception)
            {
                throw await RefuseAsync(node, exception).ConfigureAwait(false);
            }
        }
    }

    private async Task<PeerAddress> StartOnceAsync(NodeState node)
    {
        NodeInfo info = await PresentAsync(node).ConfigureAwait(false);
        var ready = new TaskCompletionSource<PeerAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
        int incarnation;
        lock (gate)
        {
            incarnation = ++node.Incarnation;
            node.Session = info.Session;
            node.Ready = ready;
            node.Gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            node.Hosted.Clear();
        }

        var settings = new WorkerSettings
        {
            Endpoint = node.Endpoint,
            Token = token,
            Coordinator = process.Address,
            Grant = authority.Grant(string.Create(CultureInfo.InvariantCulture, $"{node.Name}, incarnation {incarnation}")),
            LocalOnly = options.Listen is null,
            AkkaPort = info.Capabilities.ListenPort ?? 0,
            DataPort = info.Capabilities.DataPort ?? 0,
            Listen = info.Capabilities.ListenHost ?? ListenAddress(info).ToString(),
            Host = info.Host,
            Threads = info.Capabilities.Threads ?? options.WorkerThreads,
            Device = options.Device(node.Name) ?? info.Capabilities.Device,
            BootId = MachineClock.BootId(),
            HeartbeatPause = options.Membership.AcceptableHeartbeatPause.Nanoseconds,
            StableAfter = options.Membership.StableAfter.Nanoseconds,
        };
        try
        {
            await hub.StartWorkerAsync(node.Name, incarnation, settings.ToJson()).ConfigureAwait(false);
            return await ready.Task.WaitAsync(options.StartPatience).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NodeCommandException or TimeoutException)
        {
            lock (gate)
                node.Gone.TrySetResult();
            string why = exception is TimeoutException
                ? $"it has not become a member of the cluster within {options.StartPatience.TotalSeconds:0} s. Its machine may be too busy, or its actor "
                    + "system and those of the others do not reach one another (--public-host, --listen, firewalls)."
                : exception.Message;
            throw new ClusterException($"The worker of {node.Name} did not start: {why}", exception);
        }
    }

    /// <summary>
    /// The address that a worker listens on whose user did not say: of the family by which the others go to it, and without a secret this machine's own.
    /// </summary>
    private IPAddress ListenAddress(NodeInfo node)
    {
        IPAddress host = HostAddress.Literal(node.Host) ?? (node.From.Address.IsIPv4MappedToIPv6 ? node.From.Address.MapToIPv4() : node.From.Address);
        bool isV6 = host.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return options.Listen is null || (options.Secret is null && options.Certificates is null) ? isV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback : isV6
            ? IPAddress.IPv6Any : IPAddress.Any;
    }

    /// <summary>The supervisor of a node: a new one has to take the place of one that has left.</summary>
    private async Task<NodeInfo> PresentAsync(NodeState node)
    {
        for (bool said = false; ; said = true)
        {
            Task next;
            lock (gate)
                next = joined.Task;
            if (hub.Nodes.FirstOrDefault(n => n.Name == node.Name) is { } info)
                return info;
            if (options.MayBeAway)
                throw new ClusterException($"{node.Name} is not there.");
            if (!said)
                options.Log($"Waiting for a node to take the place of {node.Name}{(options.Listen is null ? "" : ": start one with `{JoinCommand}`")}.");
            await (await Task.WhenAny(next, failure.Task).WaitAsync(stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task ReplaceAsync(string name)
    {
        try
        {
            await supervisors!.RestartAsync(name).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            Fail($"The supervisor of {name} could not be started again: {exception.Message}");
        }
    }

    private async Task RespawnAsync(NodeState node)
    {
        try
        {
            PeerAddress address = await EnsureAsync(node.Endpoint, stop.Token).ConfigureAwait(false);
            Respawned?.Invoke(node.Endpoint, address);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or NodeCommandException or UnreachableException)
        {
            if (!stop.IsCancellationRequested && !IsAway(node.Endpoint))
                options.Log($"The worker of {node.Name} could not be started again: {exception.Message}");
        }
    }
}
