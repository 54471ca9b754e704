using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Core.Faults;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Finds conditions, policies and swept values that come to the same: their trials are the same, byte for byte.</summary>
/// <param name="ledger">Where that is noted.</param>
internal sealed class SameVariants(EffectLedger ledger)
{
    private const int Most = 2000; // variants: to compare more takes longer than it is worth

    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Compares all variants.</summary>
    /// <param name="root">The file.</param>
    /// <param name="sweep">The entries of the sweep.</param>
    /// <param name="variants">Every condition, sweep point and policy.</param>
    public void Find(MapNode root, IReadOnlyList<MapEntry> sweep, IReadOnlyList<TrialVariant> variants)
    {
        if (variants.Count is < 2 or > Most)
            return;
        List<(TrialVariant Variant, string Text)> all = [.. variants.Select(variant => (variant, Text(variant)))];
        Named(root, "conditions", "condition", all, variant => variant.BaseCondition);
        Named(root, "policies", "policy", all, variant => variant.Policy);
        for (int i = 0; i < sweep.Count; i++)
        {
            if (OverlayEffects.Shadow(sweep, i) is null)
                Swept((SequenceNode)sweep[i].Value, all, i);
        }
    }

    private void Named(MapNode root, string section, string what, List<(TrialVariant Variant, string Text)> all, Func<TrialVariant, string> name)
    {
        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        foreach (IGrouping<string, (TrialVariant Variant, string Text)> group in all.GroupBy(item => name(item.Variant)))
        {
            string together = string.Join('\n', group.Select(item => item.Text));
            if (!seen.TryAdd(together, group.Key) && root.Map(section)?.Entry(group.Key) is { } entry)
                ledger.Judge(new ScalarNode(group.Key, true, entry.KeyLocation, $"{section}.{group.Key}"),
                    $"the same as {what} `{seen[together]}`: its trials repeat that one's; change one, or leave it out");
        }
    }

    private void Swept(SequenceNode values, List<(TrialVariant Variant, string Text)> all, int key)
    {
        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        foreach (ScenarioNode value in values.Items)
        {
            string text = NodeText.Of(value), together = string.Join('\n',
                all.Where(item => item.Variant.SweepValues[key].Value == text).Select(item => item.Text));
            if (!seen.TryAdd(together, text))
                ledger.Judge(value, $"`{text}` makes the same trials as `{seen[together]}`; sweep one of them");
        }
    }

    private static string Text(TrialVariant variant)
    {
        StringBuilder text = new();
        foreach (object part in (object[])[variant.Network, variant.Cluster, variant.Routing, variant.Workload])
            text.Append(JsonSerializer.Serialize(part, part.GetType(), Options));
        if (variant.Reliability is { } reliability)
            text.Append(JsonSerializer.Serialize(reliability, Options));
        foreach (FaultSpec fault in variant.Faults)
            text.Append(fault.GetType().Name).Append(JsonSerializer.Serialize(fault, fault.GetType(), Options));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
