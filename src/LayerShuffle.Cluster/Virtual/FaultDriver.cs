using LayerShuffle.Cluster.Messages;
using LayerShuffle.Network.Faults;
using LayerShuffle.Network.Links;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>Lets a trial's faults strike on the kernel's clock and writes the ledger.</summary>
internal sealed class FaultDriver(VirtualKernel kernel, LinkInjector injector, NodeHealth health, Topology topology, VirtualTransport transport, PausedNodes paused, VirtualRehosting? rehosting = null)
{
    private readonly List<LedgerEntry> ledger = [];
    private readonly Dictionary<string, IDisposable> guards = []; // by fault name
    private readonly HashSet<(int Node, int Incarnation)> detected = [];
    private readonly Dictionary<(int Node, int Incarnation), string> downBy = [];

    public IReadOnlyList<LedgerEntry> Ledger => ledger;

    public void Schedule(IReadOnlyList<FaultEvent> timeline)
    {
        foreach (FaultEvent fault in timeline)
            kernel.Schedule(fault.At, EventKind.Fault, _ => Strike(fault));
    }

    public void PeerDownDetected(Instant at, int node, int incarnation)
    {
        if (detected.Add((node, incarnation)))
            ledger.Add(new LedgerEntry(at, downBy.GetValueOrDefault((node, incarnation), ""), "crash", topology.Name(node), "detected_down"));
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
                    Log(strike, "pause", topology.Name(node), Pause(strike, node));
                break;
            case SlowdownFault slowdown:
                foreach (int node in strike.Targets)
                {
                    if (strike.Begins)
                        health.Slow(node, slowdown.Name, slowdown.Factor);
                    else
                        health.EndSlow(node, slowdown.Name);
                    transport.Tell(node, new SetSlowdown(health.SlowdownFactor(node)));
                    Log(strike, "slowdown", topology.Name(node), strike.Begins ? "began" : "ended");
                }

                break;
            case PartitionFault partition:
                Guard(strike, () => injector.Cut(partition));
                Log(strike, "partition", string.Join(" | ", partition.Groups.Select(g => string.Join(' ', g))), strike.Begins ? "began" : "ended");
                break;
            case LinkFault link:
                Guard(strike, () => injector.ApplyPatch(link));
                Log(strike, "link", $"{string.Join(' ', link.From)} -> {string.Join(' ', link.To)}", strike.Begins ? "began" : "ended");
                break;
            default:
                throw new InvalidOperationException($"Faults of type {strike.Fault.GetType().Name} are not known to the virtual clock.");
        }
    }

    private void Crash(FaultEvent strike, int node)
    {
        string name = topology.Name(node);
        if (strike.Begins)
        {
            int incarnation = health.Incarnation(node);
            bool wasPaused = health.IsPaused(node);
            if (!health.Crash(node, strike.Fault.Name))
            {
                Log(strike, "crash", name, "already_down");
                return;
            }

            downBy[(node, incarnation)] = strike.Fault.Name;
            Log(strike, "crash", name, "began");
            rehosting?.Crashed(node, effect => ledger.Add(new LedgerEntry(kernel.Now, "", "placement", name, effect)));
            transport.Tell(node, CrashNode.Instance);
            if (wasPaused)
                paused.Kill(node);
            for (int peer = 0; peer < transport.Endpoints.Length; peer++)
            {
                if (peer != node)
                    transport.Notify(peer, new PeerDown(node, incarnation));
            }
        }
        else if (health.Restore(node, strike.Fault.Name))
        {
            Log(strike, "crash", name, "restarted");
            rehosting?.Restarted(node);
            transport.Tell(node, new RestartNode(health.Incarnation(node)));
        }
        else
        {
            Log(strike, "crash", name, "still_down"); // another fault holds it down
        }
    }

    /// <returns>The effect, as the ledger tells it.</returns>
    private string Pause(FaultEvent strike, int node)
    {
        if (strike.Begins)
        {
            if (!health.IsUp(node))
                return "already_down"; // there is nothing to pause, and its next incarnation is not the one that was struck
            if (!health.Pause(node, strike.Fault.Name))
                return "already_paused";
            paused.Stop(node);
            return "began";
        }

        if (!health.Continue(node, strike.Fault.Name))
            return health.IsPaused(node) ? "still_paused" : "not_paused"; // another fault holds it, or it crashed meanwhile
        paused.Continue(node);
        return "ended";
    }

    private void Guard(FaultEvent strike, Func<IDisposable> begin)
    {
        if (strike.Begins)
            guards[strike.Fault.Name] = begin();
        else if (guards.Remove(strike.Fault.Name, out IDisposable? guard))
            guard.Dispose();
    }

    private void Log(FaultEvent strike, string kind, string target, string effect) =>
        ledger.Add(new LedgerEntry(kernel.Now, strike.Fault.Name, kind, target, effect));
}
