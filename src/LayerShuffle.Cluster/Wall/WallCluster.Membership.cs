using LayerShuffle.Cluster.Membership;

namespace LayerShuffle.Cluster.Wall;

/// <content>What Akka.Cluster finds out by itself.</content>
public sealed partial class WallCluster
{
    private readonly HashSet<(int Endpoint, int Incarnation)> suspected = []; // found unreachable while nobody had reported their death; never listed

    /// <summary>
    /// Akka.Cluster has found something out about a worker that nobody has reported dead: (endpoint, unreachable, reachable, downed or removed). What the
    /// cluster announces itself is none of these.
    /// </summary>
    public event Action<int, string>? Found;

    private void Watch()
    {
        process.WatchMembership(OnFound);
        process.System.WhenTerminated.ContinueWith(
            _ =>
            {
                if (!stop.IsCancellationRequested)
                    Fail("Akka.Cluster has ended the coordinator's own actor system, which nobody asked it to.");
            },
            TaskScheduler.Default);
    }

    private void OnFound(int endpoint, int incarnation, string effect)
    {
        if (endpoint < 1 || endpoint > nodes.Length || stop.IsCancellationRequested)
            return;
        NodeState node = nodes[endpoint - 1];
        lock (gate)
        {
            // Who was found unreachable and downed itself may end before the others have removed it; who was killed has not been found at all.
            bool living = incarnation > node.Buried, goes = effect is MembershipWatch.Downed or MembershipWatch.Removed;
            if (!living && !(goes && suspected.Contains((endpoint, incarnation))))
                return;
            if (effect == MembershipWatch.Unreachable)
                suspected.Add((endpoint, incarnation));
            else if (effect != MembershipWatch.Downed)
                suspected.Remove((endpoint, incarnation));
        }

        options.Log($"Akka.Cluster: {node.Name} is {effect}.");
        Found?.Invoke(endpoint, effect);
    }
}
