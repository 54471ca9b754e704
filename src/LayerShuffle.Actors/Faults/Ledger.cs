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
    private readonly ConcurrentDictionary<(int Node, int Incarnation), FaultSpec> downBy = [];
    private readonly ConcurrentDictionary<(string Hold, string Target), (string Fault, Instant Since)> inForce = [];
    private readonly ConcurrentDictionary<string, bool> touched = []; // faults that have changed something, or have held what another let go of

    /// <summary>Told of the crashes and pauses of nodes; null: nobody.</summary>
    public ComputeMeter? Compute { get; init; }

    /// <summary>Told of the node that a fault is about to take down; null: nobody.</summary>
    public Action<int, FaultSpec>? Taking { get; init; }

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
    public void Strike(FaultEvent strike) => Strike(strike, FaultEffects.Target(strike), FaultEffects.Of(strike));

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
    public void TakenDown(int node, int incarnation, FaultSpec fault)
    {
        downBy[(node, incarnation)] = fault;
        Taking?.Invoke(node, fault);
        Compute?.Crashed(node, now());
    }

    /// <summary>A strike has drawn no node.</summary>
    public void StruckNobody(FaultEvent strike) => Strike(strike, "", FaultEffects.NoTarget);

    /// <summary>The trial is over: says of each fault that has touched nothing that it has not.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="end">When the trial ended.</param>
    /// <param name="met">Messages that met each fault of links while it was in force; null where that is not known.</param>
    public void Close(IReadOnlyList<FaultSpec> faults, Instant end, IReadOnlyDictionary<string, long>? met)
    {
        foreach (FaultSpec fault in faults)
        {
            bool metNothing = fault is PartitionFault or LinkFault && met is not null && met.GetValueOrDefault(fault.Name) == 0;
            if (touched.ContainsKey(fault.Name) && !metNothing)
                continue;
            bool began = entries.Any(row => row.Fault == fault.Name);
            Write(new LedgerEntry(end, fault.Name, FaultEffects.Kind(fault), FaultEffects.Asked(fault),
                began ? FaultEffects.TouchedNothing : FaultEffects.NeverBegan));
        }
    }

    /// <summary>A custodian learned that an incarnation of a node has ended: the first one's news is a row.</summary>
    public void Detected(Instant at, int node, int incarnation)
    {
        FaultSpec? by = downBy.GetValueOrDefault((node, incarnation));
        if (by is null && !asked) // on the virtual clock nothing dies but by faults
        {
            Write(new LedgerEntry(at, "", "detection", topology.Name(node), FaultEffects.Suspected));
            return;
        }

        if (!detected.TryAdd((node, incarnation), true))
            return;
        Write(new LedgerEntry(at, by?.Name ?? "", by is null ? "crash" : FaultEffects.Kind(by), topology.Name(node), FaultEffects.DetectedDown));
    }

    private void Strike(FaultEvent strike, string target, string effect)
    {
        string kind = FaultEffects.Kind(strike.Fault);
        if (effect == FaultEffects.Began)
            Core.Metrics.ClusterMetrics.FaultInjected(kind);
        Instant at = now();
        Duration? lasted = null;
        if (strike.Begins && strike.Fault is not MemoryFault)
            inForce[(strike.Hold, target)] = (strike.Fault.Name, at);
        else if (inForce.TryRemove((strike.Hold, target), out (string, Instant Since) force))
            lasted = at - force.Since;
        if (effect is FaultEffects.Began or FaultEffects.Ended or FaultEffects.Restarted || (strike.Fault is MemoryFault && effect != MemoryFlips.Nothing
            && effect != FaultEffects.AlreadyDown && effect != FaultEffects.NoTarget))
            touched[strike.Fault.Name] = true;
        else if (effect is FaultEffects.StillDown or FaultEffects.StillPaused)
            Held(target);
        Write(new LedgerEntry(at, strike.Fault.Name, kind, target, effect, asked ? strike.At : null, lasted));
    }

    /// <summary>One fault has let go of a node that others hold.</summary>
    private void Held(string target)
    {
        foreach (((_, string held), (string fault, _)) in inForce)
        {
            if (held == target)
                touched[fault] = true;
        }
    }

    private void Write(LedgerEntry row)
    {
        entries.Enqueue(row);
        told?.Invoke(row);
    }
}
