using LayerShuffle.Cluster.Messages;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <content>Nodes that join late, leave, and come back.</content>
public sealed partial class WallCluster
{
    private volatile bool begun;

    /// <summary>A node has joined while the cluster was at work, and its worker is up and held: (endpoint, where).</summary>
    public event Action<int, PeerAddress>? Arrived;

    /// <summary>How many nodes must have joined before anything begins.</summary>
    private int Places => Math.Min(options.Workers ?? nodes.Length, nodes.Length);

    /// <summary>Whether a node is not there, and need not be: nothing waits for it.</summary>
    internal bool IsAway(int endpoint) => options.MayBeAway && hub.Nodes.All(node => node.Name != nodes[endpoint - 1].Name);

    /// <summary>Whether a worker newer than this one serves for an endpoint.</summary>
    internal bool IsBack(int endpoint, int dead) => process.IncarnationOf(endpoint) > dead;

    /// <summary>Where the worker of an endpoint is that is there, serving or held; null if there is none.</summary>
    internal PeerAddress? AddressOf(int endpoint)
    {
        lock (gate)
            return nodes[endpoint - 1].Address;
    }

    /// <summary>Tells the user a sentence.</summary>
    internal void Log(string sentence) => options.Log(sentence);

    /// <summary>Has a node that is there at the beginning serve.</summary>
    private async Task BeginAsync(NodeState node, CancellationToken cancellation)
    {
        try
        {
            Serve(await EnsureAsync(node.Endpoint, cancellation).ConfigureAwait(false));
        }
        catch (IOException) when (IsAway(node.Endpoint))
        {
            // it has left again: others do without
        }
    }

    /// <summary>Starts the worker of a node that has joined while the cluster was at work.</summary>
    private async Task WelcomeAsync(NodeState node)
    {
        try
        {
            PeerAddress address = await EnsureAsync(node.Endpoint, stop.Token).ConfigureAwait(false);
            Arrived?.Invoke(node.Endpoint, address);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or UnreachableException)
        {
            if (!stop.IsCancellationRequested && exception is not { InnerException: UnreachableException }) // that has been said
                options.Log($"{node.Name} has joined but takes no part: {exception.Message}");
        }
    }

    /// <summary>A node's user wants it to leave: its layers are handed over first.</summary>
    private async Task LeaveAsync(string name, long session)
    {
        options.Log($"{name} wants to leave.");
        try
        {
            if (Find(name) is { } node)
                await HandOver(node.Endpoint).WaitAsync(options.LeavePatience).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // what it hosted them for is over
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            options.Log($"The layers of {name} could not be handed over: {exception.Message}");
        }

        try
        {
            await hub.ShutdownAsync(name, session).ConfigureAwait(false); // another that has come under its name meanwhile stays
        }
        catch (NodeCommandException)
        {
            // it did not wait
        }
    }
}
