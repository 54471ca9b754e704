using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;

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
            if (await cluster.KeepHostedAsync(worker, shipment.Key, layers).ConfigureAwait(false))
                cluster.Process.Tell(endpoint, new KeepLayers(shipment.Key, layers));
            await HostAsync(worker, shipment, layers, cancellation).ConfigureAwait(false);
        }

        TaskCompletionSource ready = prepared[(endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int first = zero == 0 ? firstIncarnation[endpoint] = worker.Incarnation : firstIncarnation.GetOrAdd(endpoint, worker.Incarnation);
        cluster.Process.Tell(
            endpoint, new PrepareTrial(number, spec, shipment?.Key ?? "", model.Layers, imageBytes, held, worker.Incarnation - first + 1,
                cluster.Process.Serving()));
        await cluster.WhileAliveAsync(worker, ready.Task, cancellation).ConfigureAwait(false);
        preparedIncarnation[endpoint] = worker.Incarnation;
        lock (moving)
        {
            (int[] layers, int[] hosts) = own.Context.Moved.All();
            if (layers.Length > 0) // moved before it was there
                cluster.Process.Tell(endpoint, new LayersMoved(number, layers, hosts));
        }

        if (zero != 0)
            cluster.Process.Tell(endpoint, new StartTrial(number, zero));
    }

    /// <summary>Whether this very worker has its side of the trial set up.</summary>
    public bool IsPrepared(PeerAddress worker) => preparedIncarnation.GetValueOrDefault(worker.Endpoint) == worker.Incarnation;

    /// <summary>Has all nodes that are there serve from the trial's beginning, with the layers of those that are not.</summary>
    private async Task BringAllUpAsync(int nodes, CancellationToken cancellation)
    {
        bool[] there = await Task.WhenAll(Enumerable.Range(1, nodes).Select(endpoint => BringUpAsync(endpoint, cancellation))).ConfigureAwait(false);
        for (int endpoint = 1; endpoint <= nodes; endpoint++)
        {
            if (!there[endpoint - 1])
                await faults.Ask<NodeReplaced>(new ReplaceAbsent(endpoint), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A node is about to leave: the others host its layers from now on.</summary>
    private Task HandOverAsync(int endpoint) => endpoint < topology.Count ? faulted.LeaveAsync(endpoint) : Task.CompletedTask;

    /// <summary>Has a node serve from the trial's beginning, whatever becomes of its worker meanwhile.</summary>
    /// <returns>Whether it is there.</returns>
    private async Task<bool> BringUpAsync(int endpoint, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            if (cluster.IsAway(endpoint))
                return false;
            PeerAddress? worker = null;
            try
            {
                worker = await cluster.EnsureAsync(endpoint, cancellation).ConfigureAwait(false);
                await cluster.ServeAsync(worker).ConfigureAwait(false);
                await PrepareAsync(worker, held: false, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (IOException) when (cluster.IsAway(endpoint))
            {
                return false; // it has left meanwhile
            }
            catch (IOException) when (tries < MostPreparations && worker is not null && !cluster.IsAlive(worker))
            {
                // it died meanwhile: with the next one, if there is to be one
            }
        }
    }

    /// <summary>The layers of the trial's model that a node holds.</summary>
    public int[] Holds(int endpoint) => shipment is null ? [] : cluster.Hosted(endpoint, shipment.Key);

    /// <summary>Has a node that serves hold layers.</summary>
    /// <exception cref="IOException">It died, or does not serve.</exception>
    public async Task HostAsync(int endpoint, int[] layers, CancellationToken cancellation)
    {
        PeerAddress host = cluster.Process.Serving().FirstOrDefault(peer => peer.Endpoint == endpoint)
            ?? throw new ClusterException($"{topology.Name(endpoint)} does not serve any more.");
        if (shipment is not null)
            await HostAsync(host, shipment, layers, cancellation).ConfigureAwait(false);
    }

    /// <summary>From now on layers are hosted elsewhere: tells everybody.</summary>
    public void Move(int[] layers, int[] hosts)
    {
        lock (moving)
        {
            own.Context.Moved.Move(layers, hosts);
            cluster.Broadcast(new LayersMoved(number, layers, hosts));
        }
    }

    private async Task HostAsync(PeerAddress worker, ModelShipment shipped, int[] layers, CancellationToken cancellation)
    {
        int[] missing = cluster.NotHosted(worker.Endpoint, shipped.Key, layers);
        if (missing.Length == 0)
            return;
        await cluster.WhileAliveAsync(worker, cluster.Shipper.ShipAsync(worker.Endpoint, shipped.Blobs(missing), cancellation), cancellation,
            Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        TaskCompletionSource answer = hosted[(worker.Endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Process.Tell(worker.Endpoint, shipped.Host(missing));
        await cluster.WhileAliveAsync(worker, answer.Task, cancellation).ConfigureAwait(false);
        await cluster.AddHostedAsync(worker, shipped.Key, missing).ConfigureAwait(false);
    }
}
