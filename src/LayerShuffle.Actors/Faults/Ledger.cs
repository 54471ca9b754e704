using System.Collections.Concurrent;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Faults;

/// <summary>
/// The record of what befell a trial's nodes and links: of every fault what was asked for and what came of it, in words that exist once. Thread-safe.
/// </summary>
/// <param name="topology">Names of the endpoints.</param>
/// <param name="now">The trial's time.</param>
/// <param name="asked">Whether rows of faults bear the time that the scenario asks for: in real time they are struck a little later.</param>
/// <param name="told">Told of each row as it is written; null: nobody.</param>
public sealed class Ledger(Topology topology, Func<Instant> now, bool asked, Action<LedgerEntry>? told = null)
{
    private readonly ConcurrentQueue<LedgerEntry> entries = [];
    private readonly ConcurrentDictionary<(int Node, int Incarnation), bool> detected = [];
    private readonly ConcurrentDictionary<(int Node, int Incarnation), string> downBy = [];

    /// <summary>Told of the crashes and pauses of nodes; null: nobody.</summary>
    public ComputeMeter? Compute { get; init; }

    /// <summary>How many rows there are.</summary>
    public int Count => entries.Count;

    /// <summary>The rows so far, by time.</summary>
    public IReadOnlyList<LedgerEntry> Rows() => [.. entries.OrderBy(entry => entry.Time)];

    /// <summary>A fault has begun or ended for a node.</summary>
    public void Strike(FaultEvent strike, int node, string effect)
    {
        if (strike.Fault is PauseFault && effect == FaultEffects.Began)
            Compute?.Paused(node, now());
        else if (strike.Fault is PauseFault && effect == FaultEffects.Ended)
            Compute?.Continued(node, now());
        Strike(strike, topology.Name(node), effect);
    }

    /// <summary>A fault of links has begun or ended.</summary>
    public void Strike(FaultEvent strike) => Strike(strike, FaultEffects.Target(strike.Fault), FaultEffects.Of(strike));

    /// <summary>Something that no fault asked for.</summary>
    /// <param name="kind">process, placement or membership.</param>
    /// <param name="node">Whom it concerns.</param>
    /// <param name="effect">What, in words.</param>
    /// <param name="at">When; default now.</param>
    public void Note(string kind, int node, string effect, Instant? at = null) => Write(new LedgerEntry(at ?? now(), "", kind, topology.Name(node), effect));

    /// <summary>A process has ended that no fault ended.</summary>
    public void Died(int node, string how)
    {
        Compute?.Crashed(node, now());
        Note("process", node, $"died ({how})");
    }

    /// <summary>A crash takes a node down.</summary>
    public void TakenDown(int node, int incarnation, string fault)
    {
        downBy[(node, incarnation)] = fault;
        Compute?.Crashed(node, now());
    }

    /// <summary>A custodian learned that an incarnation of a node has ended: the first one's news is a row.</summary>
    public void Detected(Instant at, int node, int incarnation)
    {
        if (detected.TryAdd((node, incarnation), true))
            Write(new LedgerEntry(at, downBy.GetValueOrDefault((node, incarnation), ""), "crash", topology.Name(node), FaultEffects.DetectedDown));
    }

    private void Strike(FaultEvent strike, string target, string effect)
    {
        string kind = FaultEffects.Kind(strike.Fault);
        if (effect == FaultEffects.Began)
            Core.Metrics.ClusterMetrics.FaultInjected(kind);
        Write(new LedgerEntry(now(), strike.Fault.Name, kind, target, effect, asked ? strike.At : null));
    }

    private void Write(LedgerEntry row)
    {
        entries.Enqueue(row);
        told?.Invoke(row);
    }
}
