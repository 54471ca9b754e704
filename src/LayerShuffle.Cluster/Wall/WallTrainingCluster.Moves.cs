using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Wall;

/// <content>Layers that move between living workers: away from a node that wants to leave, and to one that has come or is back.</content>
public sealed partial class WallTrainingCluster
{
    private readonly int[] home; // the endpoint that each layer belongs to
    private readonly SortedDictionary<int, TaskCompletionSource> leaving = []; // by endpoint; done when nothing is hosted there any more
    private readonly HashSet<PeerAddress> silent = []; // workers that were to take layers and did not answer

    /// <inheritdoc/>
    public IReadOnlyList<int> LayersToMove
    {
        get
        {
            lock (gate)
                return [.. Enumerable.Range(0, hosts.Length).Where(layer => MayGoHome(layer) || IsLeaving(hosts[layer]))];
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LayerMove>> MoveAsync(IReadOnlyList<int> layers, int stepsDone, CancellationToken cancellation)
    {
        int[] before = [.. hosts], next = [.. hosts];
        List<(int Endpoint, int[] Layers)> stuck = [];
        lock (gate)
        {
            int[] homeward = [.. layers.Where(MayGoHome)];
            foreach (int layer in homeward)
                hosts[layer] = home[layer];
            foreach (IGrouping<int, int> share in layers.Except(homeward).Where(layer => IsLeaving(before[layer])).GroupBy(layer => before[layer]))
            {
                int[] placed = Assign([.. share], Candidates(share.Key));
                if (share.Except(placed).ToArray() is { Length: > 0 } left)
                    stuck.Add((share.Key, left));
            }

            hosts.CopyTo(next, 0);
            before.CopyTo(hosts, 0); // who dies from now on loses what it has at present
        }

        List<int> moved = [];
        foreach (IGrouping<int, int> share in layers.Where(layer => next[layer] != before[layer]).GroupBy(layer => next[layer]).OrderBy(group => group.Key))
            moved.AddRange(await HostMovedAsync(share.Key, [.. share], next, cancellation).ConfigureAwait(false));
        if (!next.SequenceEqual(before))
        {
            await TellAllAsync([.. before, .. next], cancellation).ConfigureAwait(false); // also of what did not come about
            foreach (int layer in moved)
                Directory.Replace(layer, await LinkAsync(layer, hosts[layer]).ConfigureAwait(false));
        }

        EndLeaves(stuck);
        return [.. moved.Order().Select(layer => new LayerMove(layer, cluster.Names[before[layer] - 1], cluster.Names[hosts[layer] - 1], stepsDone))];
    }

    /// <summary>A node wants to leave: its layers move to others when the present step is over.</summary>
    /// <returns>Done when nobody needs the node any more.</returns>
    private Task HandOverAsync(int endpoint)
    {
        lock (gate)
        {
            int[] layers = LayersOf(endpoint);
            if (layers.Length == 0 || over)
                return Task.CompletedTask;
            if (!leaving.TryGetValue(endpoint, out TaskCompletionSource? waiting))
                leaving[endpoint] = waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            EndLeaves();
            if (!waiting.Task.IsCompleted)
                cluster.Log($"Layers {string.Join(", ", layers)} of {cluster.Names[endpoint - 1]} move to other nodes when the present step is over.");
            return waiting.Task;
        }
    }

    /// <summary>Whether a layer is elsewhere than where it belongs, though the node is there. Under the lock.</summary>
    private bool MayGoHome(int layer) =>
        hosts[layer] != home[layer] && cluster.AddressOf(home[layer]) is { } back && !silent.Contains(back) && !leaving.ContainsKey(home[layer])
            && !struck.IsHeldDown(home[layer]);

    /// <summary>Whether a node waits for others to take its layers. Under the lock.</summary>
    private bool IsLeaving(int endpoint) => leaving.TryGetValue(endpoint, out TaskCompletionSource? waiting) && !waiting.Task.IsCompleted;

    /// <summary>Who may host the layers of an endpoint that is gone, or about to go.</summary>
    private PeerAddress[] Candidates(int gone)
    {
        lock (gate)
            return [.. cluster.Process.Serving()
                .Where(peer => peer.Endpoint > 0 && peer.Endpoint != gone && !leaving.ContainsKey(peer.Endpoint) && !silent.Contains(peer))];
    }

    /// <summary>Has a worker host layers that others host until then.</summary>
    /// <returns>The layers; none if it died.</returns>
    private async Task<int[]> HostMovedAsync(int endpoint, int[] layers, int[] next, CancellationToken cancellation)
    {
        if (cluster.AddressOf(endpoint) is not { } worker)
            return [];
        try
        {
            await HostAsync(worker, layers, cancellation, next).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            cluster.Log($"Layers {string.Join(", ", layers)} stay where they are: {exception.Message}");
            lock (gate)
                silent.Add(worker);
            return [];
        }

        lock (gate)
        {
            if (cluster.AddressOf(endpoint) != worker)
                return []; // it has just died, and nothing of it was told
            int[] alive = [.. layers.Where(layer => !lost.Contains(layer))]; // the others' former host died meanwhile: they are restored
            foreach (int layer in alive)
                hosts[layer] = endpoint;
            return alive;
        }
    }

    /// <summary>Waits until some workers know where every layer is; one that dies meanwhile is not waited for.</summary>
    private Task TellAllAsync(int[] involved, CancellationToken cancellation) =>
        Task.WhenAll(cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && involved.Contains(peer.Endpoint)).Select(async peer =>
        {
            try
            {
                await HostAsync(peer, [], cancellation).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // it died: its layers are lost, and the trainer is told of that
            }
        }));

    /// <summary>Has others host the layers of nodes that have not joined yet.</summary>
    private void PlaceAbsent()
    {
        PeerAddress[] present = [.. cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && !cluster.IsAway(peer.Endpoint))];
        int[] homeless = [.. Enumerable.Range(0, hosts.Length).Where(layer => cluster.IsAway(hosts[layer]))];
        foreach (int layer in Assign(homeless, present)) // the others are lost until their node joins
            cluster.Log($"{cluster.Names[home[layer] - 1]} is not there: layer {layer} is on {cluster.Names[hosts[layer] - 1]}.");
    }

    /// <summary>Lets go those that nothing is asked of any more, and those whose layers nobody can take. All of them when the training is over.</summary>
    private void EndLeaves(IReadOnlyList<(int Endpoint, int[] Layers)>? stuck = null)
    {
        lock (gate)
        {
            foreach ((int endpoint, int[] layers) in stuck ?? [])
                leaving.GetValueOrDefault(endpoint)?.TrySetException(new IOException($"no other node has room for {string.Join(", ", layers)}."));
            foreach ((int endpoint, TaskCompletionSource done) in leaving)
            {
                if (over || LayersOf(endpoint).Length == 0)
                    done.TrySetResult();
                else if (Candidates(endpoint).Length == 0)
                    done.TrySetException(new IOException("there is no other node to take them."));
            }
        }
    }
}
