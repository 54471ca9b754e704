using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Wall;

/// <content>Nodes that are not there at the beginning, leave, or join while the trial runs.</content>
internal sealed partial class WallFaultDriver
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2); // for what is on its way to a node that leaves, and in its queue

    /// <summary>A node is not there when the trial begins: others host its layers until it joins.</summary>
    public async Task ReplaceAbsentAsync(int node, CancellationToken cancellation)
    {
        IReadOnlyList<string>? effects = null;
        for (int tries = 1; effects is null; tries++)
        {
            try
            {
                effects = await trial.RehostAsync(node, cancellation).ConfigureAwait(false);
            }
            catch (IOException) when (tries < MostHolds)
            {
                // one of the others died meanwhile: with those that are left
            }
        }

        lock (gate)
        {
            ledger.Add(new LedgerEntry(Instant.Zero, "", "process", topology.Name(node), "absent"));
            foreach (string effect in effects)
                ledger.Add(new LedgerEntry(Instant.Zero, "", "placement", topology.Name(node), effect));
        }
    }

    /// <summary>A node is about to leave: others host its layers from now on. Done when what was on its way to it has had time to get through.</summary>
    /// <exception cref="IOException">One of these died meanwhile.</exception>
    public async Task HandOverAsync(int node)
    {
        await started.Task.ConfigureAwait(false); // its time is the trial's
        Log("", "process", topology.Name(node), "leaves", null);
        foreach (string effect in await trial.RehostAsync(node, stop.Token).ConfigureAwait(false))
            Log("", "placement", topology.Name(node), effect, null);
        await Task.Delay(Drain, stop.Token).ConfigureAwait(false);
    }

    /// <summary>A node has joined: it takes part from now on, or when the fault that holds it down is over.</summary>
    public void Arrived(int endpoint, PeerAddress address)
    {
        if (endpoint >= topology.Count)
            return;
        bool up;
        lock (gate)
            up = health.IsUp(endpoint);
        if (up)
            Then(endpoint, () => RejoinAsync(endpoint, address, "joined"));
        else
            held[endpoint] = HoldAsync(endpoint);
    }
}
