using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>
/// What is written and what comes of it, over all conditions, policies and sweep points. A setting is warned about where it does nothing in any of them: one
/// that matters somewhere is right to stand where all inherit it. Nobody judges a value that equals its default: it says what holds anyway.
/// </summary>
internal sealed class EffectLedger
{
    private readonly OrderedDictionary<(SourceLocation, string), (ScenarioNode Node, string? Idle)> judged = [];

    /// <summary>Notes whether a setting does anything here.</summary>
    /// <param name="node">The setting; null where it is not written.</param>
    /// <param name="idle">Why it does nothing here and what to do; null where it does something.</param>
    public void Judge(ScenarioNode? node, string? idle)
    {
        if (node is null)
            return;
        if (idle is null)
            judged[(node.Location, node.Path)] = (node, null);
        else
            judged.TryAdd((node.Location, node.Path), (node, idle));
    }

    /// <summary>Warns of what never does anything.</summary>
    public void Report(MistakeList warnings)
    {
        foreach ((ScenarioNode node, string? idle) in judged.Values)
        {
            if (idle is not null)
                warnings.Add(node, idle);
        }
    }
}
