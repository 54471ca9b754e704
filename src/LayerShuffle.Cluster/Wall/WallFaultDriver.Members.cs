using LayerShuffle.Network.Records;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Wall;

/// <content>Nodes that are not there at the beginning, leave, or join while the trial runs.</content>
internal sealed partial class WallFaultDriver
{
    /// <summary>A node is not there when the trial begins: others host its layers until it joins.</summary>
    public async Task ReplaceAbsentAsync(int node, CancellationToken cancellation)
    {
        string? where = null;
        for (int tries = 1; where is null && tries <= MostHolds; tries++)
        {
            try
            {
                where = await trial.RehostAsync(node, cancellation).ConfigureAwait(false);
                break;
            }
            catch (IOException) when (tries < MostHolds)
            {
                // one of the others died meanwhile: with those that are left
            }
        }

        lock (gate)
        {
            ledger.Add(new LedgerEntry(Instant.Zero, "", "process", topology.Name(node), "absent"));
            if (where is not null)
                ledger.Add(new LedgerEntry(Instant.Zero, "", "placement", topology.Name(node), $"rehosted {where}"));
        }
    }

    /// <summary>A node is about to leave: others host its layers from now on.</summary>
    /// <exception cref="IOException">One of these died meanwhile.</exception>
    public async Task HandOverAsync(int node)
    {
        await started.Task.ConfigureAwait(false); // its time is the trial's
        Log("", "process", topology.Name(node), "leaves", null);
        if (await trial.RehostAsync(node, stop.Token).ConfigureAwait(false) is { } where)
            Log("", "placement", topology.Name(node), $"rehosted {where}", null);
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
