using System.Collections.Concurrent;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <content>The proof that all processes reach one another on both planes: before anything is measured, and whenever a worker is new.</content>
public sealed partial class WallCluster
{
    private const int MostProofs = 5; // of all at the beginning, when workers die meanwhile
    private static readonly TimeSpan ProofRepeat = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<int, ReachRound> rounds = [];
    private ReachProber prober = null!; // set by StartAsync
    private int lastRound;
    private volatile bool proven; // all reached all once: from now on each newcomer proves itself

    /// <summary>All that are there prove that they reach one another.</summary>
    /// <exception cref="UnreachableException">Somebody cannot be reached.</exception>
    private async Task ProveAllAsync(CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            PeerAddress[] all = Members();
            await ProveAsync(ReachRound.Of(all, null, NameOf), new TaskCompletionSource().Task, cancellation).ConfigureAwait(false);
            if (tries == MostProofs || Members().SequenceEqual(all))
                break;
        }

        proven = true;
    }

    /// <summary>A worker that has just come up and all others prove that they reach one another.</summary>
    /// <exception cref="WorkerDiedException">It died meanwhile.</exception>
    /// <exception cref="UnreachableException">They do not.</exception>
    private async Task ProveAsync(NodeState node, PeerAddress newcomer)
    {
        Task gone;
        lock (gate)
            gone = node.Gone.Task;
        await ProveAsync(ReachRound.Of(Members(), newcomer.Endpoint, NameOf), gone, stop.Token).ConfigureAwait(false);
        lock (gate)
        {
            if (node.Address != newcomer)
                throw new WorkerDiedException($"The worker of {node.Name} ended before it was known whether all others reach it.", node.BuriedAsked);
        }
    }

    private async Task ProveAsync(ReachRound round, Task gone, CancellationToken cancellation)
    {
        int number = Interlocked.Increment(ref lastRound);
        rounds[number] = round;
        try
        {
            long progress = TimeProvider.System.GetTimestamp();
            int before = int.MaxValue;
            while (true)
            {
                foreach (PeerAddress member in round.Members)
                {
                    if (!CanAnswer(member))
                        round.Drop(member.Endpoint);
                    else if (round.Open(member.Endpoint) is { Length: > 0 } open)
                        Ask(member.Endpoint, new ProveReach(number, open));
                }

                await Task.WhenAny(round.Done, gone, Task.Delay(ProofRepeat, cancellation)).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                if (round.Done.IsCompleted || gone.IsCompleted)
                    break;
                int left = round.Left;
                if (left < before)
                    (before, progress) = (left, TimeProvider.System.GetTimestamp());
                else if (TimeProvider.System.GetElapsedTime(progress) > (round.IsExplained ? options.ReachPatience / 3 : options.ReachPatience))
                    Judge(round);
            }
        }
        finally
        {
            rounds.TryRemove(number, out _);
        }
    }

    /// <summary>
    /// Nothing more is to be expected: somebody cannot be reached. Once all have been proven, one who says nothing at all is not the newcomer's fault.
    /// </summary>
    private void Judge(ReachRound round)
    {
        foreach (int silent in proven ? round.Silent() : [])
        {
            options.Log($"{NameOf(silent)} does not answer: it is not known whether it and "
                + $"{string.Join(", ", round.Open(silent).Select(peer => NameOf(peer.Endpoint)))} reach each other.");
            round.Drop(silent);
        }

        if (round.Left > 0)
            throw new UnreachableException(round.Describe());
    }

    private void Ask(int endpoint, ProveReach prove)
    {
        if (endpoint == 0)
            prober.Begin(prove);
        else
            process.Tell(endpoint, prove);
    }

    /// <summary>Whether a process is there that can answer now.</summary>
    private bool CanAnswer(PeerAddress member)
    {
        if (member.Endpoint == 0)
            return true;
        lock (gate)
            return nodes[member.Endpoint - 1] is { Paused: false } node && node.Address == member;
    }

    private PeerAddress[] Members()
    {
        lock (gate)
            return [process.Address, .. nodes.Select(node => node.Address).OfType<PeerAddress>()];
    }

    /// <summary>A node that cannot be reached may not stay: where others do without it, it is sent away and told why; otherwise nothing can go on.</summary>
    private async Task<Exception> RefuseAsync(NodeState node, UnreachableException reason)
    {
        if (!options.MayBeAway)
        {
            Fail(reason.Message);
            return reason;
        }

        options.Log($"Refused {node.Name}: {reason.Message}");
        try
        {
            await hub.RefuseAsync(node.Name, node.Session, reason.Message, stop.Token).ConfigureAwait(false);
        }
        catch (NodeCommandException)
        {
            // it has gone by itself
        }

        return new ClusterException($"{node.Name} was refused: {reason.Message}", reason);
    }

    private string NameOf(int endpoint) => endpoint == 0 ? "the coordinator" : nodes[endpoint - 1].Name;
}
