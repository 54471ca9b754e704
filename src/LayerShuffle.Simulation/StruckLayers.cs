using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Simulation;

/// <summary>The tensors of a trial that faults may strike: what each node has in its memory, and what links make of activations.</summary>
/// <param name="setting">The trial.</param>
/// <param name="model">Its model: one that computes as the trial goes on.</param>
internal sealed class StruckLayers(TrialSetting setting, TensorTrialModel model) : IDisposable
{
    private readonly NodeLayers[] nodes = [.. Enumerable.Range(0, setting.Topology.Count).Select(node => new NodeLayers(
        model.Source, setting.Spec.Network.NanGuard, setting.Luck.Child(setting.Topology.Name(node))))]; // by endpoint

    private readonly LayerSubstitutes? substitutes = setting.Restoration() is { } restoration ? model.Substitutes(restoration, setting.Luck) : null;

    /// <summary>What a trial needs; null where nothing of the kind can happen, or nothing is computed.</summary>
    public static StruckLayers? Of(TrialSetting setting, ITrialModel model)
    {
        TrialSpec spec = setting.Spec;
        if (!spec.StrikesTensors || !model.Computes)
            return null;
        return new(setting, model as TensorTrialModel ?? throw new InvalidOperationException(
            $"Trial {spec.Key.Trial} strikes tensors, and its model ({model.GetType().Name}) does not compute as it goes on."));
    }

    /// <summary>Executes a layer on a node.</summary>
    public object? Execute(int node, int layer, object? activation, int request, int position) =>
        model.Execute(layer, activation, request, position, nodes[node]);

    /// <summary>What arrives of an activation that a link damages.</summary>
    public object? Damage(object? activation, int request, ActivationDamage damage) => model.Damage(activation, request, damage, setting.Spec.Cluster.Wire);

    /// <summary>A fault strikes a node's weights or answers.</summary>
    /// <param name="strike">The fault.</param>
    /// <param name="node">The node.</param>
    /// <param name="isUp">Whether it is up: else there is nothing in its memory.</param>
    public void Strike(FaultEvent strike, int node, bool isUp)
    {
        if (strike.Fault is ByzantineFault byzantine)
            nodes[node].Lie(byzantine, strike.Begins);
        else if (strike.Fault is MemoryFault && isUp)
            nodes[node].Flip(setting.Flips.At(strike, node));
    }

    /// <summary>A node gets weights of layers that it has lost.</summary>
    public void Restore(int node, IReadOnlyList<int> layers, IReadOnlyCollection<int> gone)
    {
        foreach (int layer in layers)
            nodes[node].Replace(layer, setting.Spec.Cluster.Restore == RestoreKind.Checkpoint ? null : substitutes!.Make(layer, gone));
    }

    /// <summary>A node has started again.</summary>
    public void Renew(int node) => nodes[node].Renew();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NodeLayers node in nodes)
            node.Dispose();
    }
}
