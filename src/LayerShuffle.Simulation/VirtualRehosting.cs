using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Simulation;

/// <summary><c>recovery: rehost</c> on the kernel's clock: survivors serve a dead node's layers after exactly the recovery time, and everybody knows at that moment; a node that comes back has its own again at once.</summary>
internal sealed class VirtualRehosting(VirtualKernel kernel, NodeHealth health, TrialSpec spec, Topology topology, EndpointContext context)
{
    private readonly LayerHandover handover = new(context, spec, topology);

    /// <summary>A node has crashed.</summary>
    /// <param name="node">It.</param>
    /// <param name="told">Takes the effects for the ledger, when it is so far.</param>
    public void Crashed(int node, Action<string> told)
    {
        int incarnation = health.Incarnation(node);
        kernel.Schedule(kernel.Now + spec.Cluster.RecoveryTime, EventKind.Fault, _ =>
        {
            if (health.IsUp(node) || health.Incarnation(node) != incarnation)
                return; // it is back
            Survivor[] survivors = [.. Enumerable.Range(1, topology.Count - 1).Where(health.IsUp).Select(survivor => handover.Survivor(survivor, []))];
            RehostingPlan plan = handover.Plan(node, survivors);
            context.Moved.Move([.. plan.Moves.Select(move => move.Layer)], [.. plan.Moves.Select(move => move.Endpoint)]);
            foreach (string effect in handover.Effects(plan, survivors.Length == 0))
                told(effect);
        });
    }

    /// <summary>A node is back.</summary>
    public void Restarted(int node)
    {
        int[] layers = handover.Lent(node);
        context.Moved.Move(layers, new int[layers.Length]);
    }
}
