using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Which parts of overlays and sweeps do nothing.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class OverlayEffects(EffectLedger ledger)
{
    /// <summary>Nulls that remove a fault, node or host that is not there: a name that was mistyped.</summary>
    public void Nulls(OverlayExpander overlays)
    {
        foreach ((string _, MapNode overlay) in overlays.Conditions)
        {
            Nulls(overlays.Base.Map("faults"), overlay.Map("faults"), "fault");
            Nulls(overlays.Base.Map("cluster")?.Map("nodes"), overlay.Map("cluster")?.Map("nodes"), "node");
        }
    }

    /// <summary>Swept keys that a later one sets again.</summary>
    public void Sweep(IReadOnlyList<MapEntry> sweep)
    {
        for (int i = 0; i < sweep.Count; i++)
        {
            if (Shadow(sweep, i) is { } shadow)
                ledger.Judge(sweep[i].Value, $"no effect: `{shadow.Key}`, swept after it, sets `{sweep[i].Key}` again; sweep one of them");
        }
    }

    /// <summary>The key, swept after another one, that sets it again; null for none.</summary>
    public static MapEntry? Shadow(IReadOnlyList<MapEntry> sweep, int key) => sweep.Skip(key + 1)
        .FirstOrDefault(later => sweep[key].Key.StartsWith(later.Key + ".", StringComparison.Ordinal));

    private void Nulls(MapNode? target, MapNode? overlay, string what)
    {
        foreach (MapEntry entry in (overlay?.Entries ?? []).Where(entry => entry.Value.IsNull))
        {
            List<string> known = [.. (target?.Entries ?? []).Select(other => other.Key)];
            string meant = NearestName.Find(entry.Key, known) is { } near ? $"; did you mean `{near}`?" : known.Count == 0 ? ""
                : $"; there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known.Take(8))}";
            ledger.Judge(entry.Value, known.Contains(entry.Key) ? null : $"no effect: there is no {what} `{entry.Key}` to remove{meant}");
        }
    }
}
