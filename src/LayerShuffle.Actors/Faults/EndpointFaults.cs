using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;

namespace LayerShuffle.Actors.Faults;

/// <summary>Carries out faults of links and slowdowns: for all endpoints where one injector has all links, else at each endpoint for its own.</summary>
/// <param name="change">Changes the links.</param>
/// <param name="health">Slowdowns in force.</param>
/// <param name="isHere">Whether a node is one that this serves.</param>
/// <param name="slow">Tells a node how slow it is from now on.</param>
/// <param name="tensors">Told of faults that strike a node's weights or answers; null: there are none that could be struck.</param>
public sealed class EndpointFaults(Action<Action<LinkInjector>> change, NodeHealth health, Func<int, bool> isHere, Action<int, double> slow,
    Action<FaultEvent, int>? tensors = null)
{
    private readonly Dictionary<string, IDisposable> holds = []; // by fault name

    /// <summary>A fault begins or ends. Crashes and pauses are others' business.</summary>
    public void Strike(FaultEvent strike)
    {
        switch (strike.Fault)
        {
            case PartitionFault partition:
                Hold(strike, injector => injector.Cut(partition));
                break;
            case LinkFault link:
                Hold(strike, injector => injector.ApplyPatch(link));
                break;
            case SlowdownFault slowdown:
                foreach (int node in strike.Targets.Where(isHere))
                {
                    if (strike.Begins)
                        health.Slow(node, slowdown.Name, slowdown.Factor);
                    else
                        health.EndSlow(node, slowdown.Name);
                    slow(node, health.SlowdownFactor(node));
                }

                break;
            case MemoryFault or ByzantineFault:
                foreach (int node in strike.Targets.Where(isHere))
                    tensors?.Invoke(strike, node);
                break;
        }
    }

    private void Hold(FaultEvent strike, Func<LinkInjector, IDisposable> begin) => change(injector =>
    {
        if (strike.Begins)
            holds[strike.Fault.Name] = begin(injector);
        else if (holds.Remove(strike.Fault.Name, out IDisposable? hold))
            hold.Dispose();
    });
}
