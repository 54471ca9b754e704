using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>Lets a trial's faults strike on the kernel's clock and writes the ledger.</summary>
internal sealed class FaultDriver(VirtualKernel kernel, LinkInjector injector, NodeHealth health, Topology topology, VirtualTransport transport, PausedNodes paused, RequestsUnderway underway, VirtualRehosting? rehosting = null)
{
    private readonly List<LedgerEntry> ledger = [];
    private readonly Dictionary<string, IDisposable> guards = []; // by fault name
    private readonly HashSet<(int Node, int Incarnation)> detected = [];
    private readonly Dictionary<(int Node, int Incarnation), string> downBy = [];
    private readonly FaultEffects effects = new(health);

    public IReadOnlyList<LedgerEntry> Ledger => ledger;

    public void Schedule(IReadOnlyList<FaultEvent> timeline)
    {
        foreach (FaultEvent fault in timeline)
            kernel.Schedule(fault.At, EventKind.Fault, _ => Strike(fault));
    }

    public void PeerDownDetected(Instant at, int node, int incarnation)
    {
        if (detected.Add((node, incarnation)))
            ledger.Add(new LedgerEntry(at, downBy.GetValueOrDefault((node, incarnation), ""), "crash", topology.Name(node), FaultEffects.DetectedDown));
    }

    private void Strike(FaultEvent strike)
    {
        switch (strike.Fault)
        {
            case CrashFault:
                foreach (int node in strike.Targets)
                    Crash(strike, node);
                break;
            case PauseFault:
                foreach (int node in strike.Targets)
                    Pause(strike, node);
                break;
            case SlowdownFault slowdown:
                foreach (int node in strike.Targets)
                {
                    if (strike.Begins)
                        health.Slow(node, slowdown.Name, slowdown.Factor);
                    else
                        health.EndSlow(node, slowdown.Name);
                    transport.Tell(node, new SetSlowdown(health.SlowdownFactor(node)));
                    Log(strike, topology.Name(node), FaultEffects.Of(strike));
                }

                break;
            case PartitionFault partition:
                Guard(strike, () => injector.Cut(partition));
                Log(strike, FaultEffects.Target(partition), FaultEffects.Of(strike));
                break;
            case LinkFault link:
                Guard(strike, () => injector.ApplyPatch(link));
                Log(strike, FaultEffects.Target(link), FaultEffects.Of(strike));
                break;
            default:
                throw new InvalidOperationException($"Faults of type {strike.Fault.GetType().Name} are not known to the virtual clock.");
        }
    }

    private void Crash(FaultEvent strike, int node)
    {
        string name = topology.Name(node);
        int incarnation = health.Incarnation(node);
        bool wasPaused = health.IsPaused(node);
        string effect = effects.Crash(strike, node);
        Log(strike, name, effect);
        if (effect == FaultEffects.Began)
        {
            downBy[(node, incarnation)] = strike.Fault.Name;
            rehosting?.Crashed(node, told => ledger.Add(new LedgerEntry(kernel.Now, "", "placement", name, told)));
            transport.Tell(node, CrashNode.Instance);
            underway.Crashed(node);
            if (wasPaused)
                paused.Kill(node);
            for (int peer = 0; peer < transport.Endpoints.Length; peer++)
            {
                if (peer != node)
                    transport.Notify(peer, new PeerDown(node, incarnation));
            }
        }
        else if (effect == FaultEffects.Restarted)
        {
            rehosting?.Restarted(node);
            transport.Tell(node, new RestartNode(health.Incarnation(node)));
        }
    }

    private void Pause(FaultEvent strike, int node)
    {
        string effect = effects.Pause(strike, node);
        Log(strike, topology.Name(node), effect);
        if (effect == FaultEffects.Began)
            paused.Stop(node);
        else if (effect == FaultEffects.Ended)
            paused.Continue(node);
    }

    private void Guard(FaultEvent strike, Func<IDisposable> begin)
    {
        if (strike.Begins)
            guards[strike.Fault.Name] = begin();
        else if (guards.Remove(strike.Fault.Name, out IDisposable? guard))
            guard.Dispose();
    }

    private void Log(FaultEvent strike, string target, string effect)
    {
        string kind = FaultEffects.Kind(strike.Fault);
        if (effect == FaultEffects.Began)
            ClusterMetrics.FaultInjected(kind);
        ledger.Add(new LedgerEntry(kernel.Now, strike.Fault.Name, kind, target, effect));
    }
}
