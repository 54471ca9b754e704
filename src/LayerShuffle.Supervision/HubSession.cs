using System.Net;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Supervision;

/// <summary>What the hub knows of one supervisor. Guarded by the hub's lock, but for <see cref="Link"/>, which guards itself.</summary>
internal sealed class HubSession(string name, string key, long number, IPEndPoint from, NodeCapabilities capabilities)
{
    /// <summary>Counts the joinings to this hub, from 1: names come again, this does not.</summary>
    public long Number => number;

    public string Name => name;

    public string Key => key;

    public HubLink Link { get; } = new();

    public Dictionary<long, TaskCompletionSource<CommandResult>> Pending { get; } = [];

    public IPEndPoint From { get; set; } = from;

    public bool Connected { get; set; } = true;

    public bool Ended { get; set; }

    /// <summary>The command that ends the supervisor; 0: none yet.</summary>
    public long ShutdownId { get; set; }

    /// <summary>When something was last heard, as a timestamp of the hub's clock.</summary>
    public long LastHeard { get; set; }

    public int Incarnation { get; set; }

    public WorkerAddress? Worker { get; set; }

    public NodeInfo Info => new(name, Host, From, capabilities, Connected, Incarnation, Worker, number);

    private string Host => capabilities.PublicHost
        ?? (capabilities.ListenHost is { } host && !HostAddress.IsAnyHost(host) ? host : null)
        ?? HostAddress.HostOf(From.Address);
}
