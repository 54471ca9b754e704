using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Nodes as processes of a cluster: a crash is SIGKILL, a pause SIGSTOP.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="fail">Told of what nobody expects.</param>
internal abstract class ProcessNodes(WallCluster cluster, Action<Exception> fail) : INodes, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>Who is told of everything that happens to nodes.</summary>
    public IActorRef Listener { get; set; } = ActorRefs.Nobody;

    /// <summary>The cluster.</summary>
    protected WallCluster Cluster => cluster;

    /// <summary>What the nodes are needed for is over.</summary>
    protected CancellationToken Stop => stop.Token;

    public bool IsAway(int node) => cluster.IsAway(node);

    public int Incarnation(int node) => cluster.Process.IncarnationOf(node) ?? 0;

    public bool IsBack(int node, int dead) => cluster.IsBack(node, dead);

    public abstract IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone);

    public virtual void Kill(int node) => Carry(node, nameof(Kill), async () => new NodeKilled(node, await cluster.KillAsync(node).ConfigureAwait(false)));

    public abstract void Hold(int node);

    public abstract void Serve(int node);

    public void Pause(int node) => Carry(node, nameof(Pause), async () =>
    {
        await cluster.PauseAsync(node).ConfigureAwait(false);
        return new NodePaused(node);
    });

    public void Continue(int node) => Carry(node, nameof(Continue), async () =>
    {
        await cluster.ContinueAsync(node).ConfigureAwait(false);
        return new NodeContinued(node);
    });

    public abstract void Host(int node, IReadOnlyList<int> layers);

    public abstract void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts);

    public abstract void LetGo(int node);

    public void Dispose() => stop.Cancel();

    /// <summary>Carries a command out, and tells how it went.</summary>
    protected async void Carry(int node, string command, Func<Task<object>> action)
    {
        try
        {
            Listener.Tell(await Task.Run(action, Stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            Listener.Tell(new NodeFailed(node, command, "The trial is over."));
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or NodeCommandException or PlatformNotSupportedException)
        {
            Listener.Tell(new NodeFailed(node, command, exception.Message));
        }
        catch (Exception exception)
        {
            fail(exception); // nobody waits for it
        }
    }
}
