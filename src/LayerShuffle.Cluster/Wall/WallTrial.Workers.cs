using LayerShuffle.Cluster.Messages;
using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Cluster.Wall;

/// <content>Workers that are prepared, and layers that move between them.</content>
internal sealed partial class WallTrial
{
    /// <summary>Has a worker host its layers and set up its side of the trial.</summary>
    /// <exception cref="IOException">It died, or does not answer.</exception>
    public async Task PrepareAsync(PeerAddress worker, bool held, CancellationToken cancellation)
    {
        int endpoint = worker.Endpoint;
        if (shipment is not null)
        {
            int[] layers = [.. own.Context.Placement.LayersOn(endpoint)];
            if (cluster.KeepHosted(worker, shipment.Key, layers))
                cluster.Process.Tell(endpoint, new KeepLayers(shipment.Key, layers));
            await HostAsync(worker, shipment, layers, cancellation).ConfigureAwait(false);
        }

        TaskCompletionSource ready = prepared[(endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Process.Tell(
            endpoint, new PrepareTrial(number, spec, shipment?.Key ?? "", model.Layers, imageBytes, held, cluster.Process.Serving()));
        await cluster.WhileAliveAsync(worker, ready.Task, cancellation).ConfigureAwait(false);
        preparedIncarnation[endpoint] = worker.Incarnation;
        if (zero != 0)
            cluster.Process.Tell(endpoint, new StartTrial(number, zero));
    }

    /// <summary>Whether this very worker has its side of the trial set up.</summary>
    public bool IsPrepared(PeerAddress worker) => preparedIncarnation.GetValueOrDefault(worker.Endpoint) == worker.Incarnation;

    /// <summary>Has a node serve from the trial's beginning, whatever becomes of its worker meanwhile.</summary>
    private async Task BringUpAsync(int endpoint, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            PeerAddress worker = await cluster.EnsureAsync(endpoint, cancellation).ConfigureAwait(false);
            try
            {
                cluster.Serve(worker);
                await PrepareAsync(worker, held: false, cancellation).ConfigureAwait(false);
                return;
            }
            catch (IOException) when (tries < MostPreparations && !cluster.IsAlive(worker))
            {
                // it died meanwhile: with the next one, if there is to be one
            }
        }
    }

    /// <summary>Has survivors host a dead node's layers, by their capacity and within their memory; done when everybody knows.</summary>
    /// <returns>Effects for the ledger: who hosts what, and what has found no room.</returns>
    public async Task<IReadOnlyList<string>> RehostAsync(int dead, CancellationToken cancellation)
    {
        await rehosting.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            int[] layers = [.. own.Context.Placement.LayersOn(dead).Where(layer => own.Context.Moved.HostOf(layer) is null), .. own.Context.Moved.On(dead)];
            PeerAddress[] survivors = [.. cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && peer.Endpoint != dead && peer.Endpoint < topology.Count)];
            RehostingPlan chosen = Rehosting.Choose(layers, [.. survivors.Select(Survivor)], spec.LayerBytes);
            foreach (IGrouping<int, int> share in chosen.Moves.GroupBy(move => move.Endpoint, move => move.Layer))
            {
                if (shipment is not null)
                    await HostAsync(survivors.First(peer => peer.Endpoint == share.Key), shipment, [.. share], cancellation).ConfigureAwait(false);
            }

            if (chosen.Moves.Count > 0)
                Move([.. chosen.Moves.Select(move => move.Layer)], [.. chosen.Moves.Select(move => move.Endpoint)]);
            string[] hosted = chosen.Moves.Count == 0 ? [] : [$"rehosted {string.Join(", ", chosen.Moves.Select(move => $"{move.Layer} on {topology.Name(move.Endpoint)}"))}"];
            return [.. hosted, .. chosen.Orphans.Select(layer => survivors.Length == 0 ? $"not rehosted: layer {layer}, no other node is up" : $"not rehosted: layer {layer} ({DataSize.Text(spec.LayerBytes ?? 0)}) fits on no survivor")];
        }
        finally
        {
            rehosting.Release();
        }
    }

    /// <summary>Gives a node that is back its layers.</summary>
    public void GiveBack(int node)
    {
        int[] layers = [.. own.Context.Placement.LayersOn(node).Where(layer => own.Context.Moved.HostOf(layer) is not null)];
        if (layers.Length > 0)
            Move(layers, new int[layers.Length]);
    }

    /// <summary>What a node hosts now counts whole: what it still holds of layers that it has given back, too.</summary>
    private Survivor Survivor(PeerAddress peer)
    {
        NodeSpec node = spec.Cluster.Nodes[peer.Endpoint - 1];
        IEnumerable<int> held = shipment is null ? [] : cluster.Hosted(peer.Endpoint, shipment.Key);
        return new Survivor(peer.Endpoint, node.Share, node.MemoryBytes, [.. own.Context.Placement.LayersOn(peer.Endpoint).Union(own.Context.Moved.On(peer.Endpoint)).Union(held)]);
    }

    private void Move(int[] layers, int[] hosts)
    {
        own.Context.Moved.Move(layers, hosts);
        cluster.Broadcast(new LayersMoved(number, layers, hosts));
    }

    private async Task HostAsync(PeerAddress worker, ModelShipment shipped, int[] layers, CancellationToken cancellation)
    {
        int[] missing = cluster.NotHosted(worker.Endpoint, shipped.Key, layers);
        if (missing.Length == 0)
            return;
        await cluster.WhileAliveAsync(worker, cluster.Shipper.ShipAsync(worker.Endpoint, shipped.Blobs(missing), cancellation), cancellation, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        TaskCompletionSource answer = hosted[worker.Endpoint] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Process.Tell(worker.Endpoint, shipped.Host(missing));
        await cluster.WhileAliveAsync(worker, answer.Task, cancellation).ConfigureAwait(false);
        cluster.AddHosted(worker, shipped.Key, missing);
    }
}
