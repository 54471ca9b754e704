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
    private readonly Dictionary<string, (string Fault, LinkHold Hold)> holds = []; // by what the strike holds by
    private readonly SortedDictionary<string, long> met = new(StringComparer.Ordinal); // of strikes that are over

    /// <summary>How many messages have met each fault of links while it was in force.</summary>
    public IReadOnlyDictionary<string, long> Met()
    {
        SortedDictionary<string, long> all = new(met, StringComparer.Ordinal);
        foreach ((string fault, LinkHold hold) in holds.Values)
            all[fault] = all.GetValueOrDefault(fault) + hold.Messages;
        return all;
    }


    /// <summary>A fault begins or ends. Crashes and pauses are others' business.</summary>
    public void Strike(FaultEvent strike)
    {
        switch (strike.Fault)
        {
            case PartitionFault:
                Hold(strike, injector => injector.Cut(strike));
                break;
            case LinkFault link:
                Hold(strike, injector => injector.ApplyPatch(strike, link.Set));
                break;
            case SlowdownFault slowdown:
                foreach (int node in strike.Targets.Where(isHere))
                {
                    if (strike.Begins)
                        health.Slow(node, strike.Hold, slowdown.Factor);
                    else
                        health.EndSlow(node, strike.Hold);
                    slow(node, health.SlowdownFactor(node));
                }

                break;
            case MemoryFault or ByzantineFault:
                foreach (int node in strike.Targets.Where(isHere))
                    tensors?.Invoke(strike, node);
                break;
        }
    }

    private void Hold(FaultEvent strike, Func<LinkInjector, LinkHold> begin) => change(injector =>
    {
        if (strike.Begins)
        {
            holds[strike.Hold] = (strike.Fault.Name, begin(injector));
        }
        else if (holds.Remove(strike.Hold, out (string Fault, LinkHold Hold) held))
        {
            held.Hold.Dispose();
            met[held.Fault] = met.GetValueOrDefault(held.Fault) + held.Hold.Messages;
        }
    });
}
