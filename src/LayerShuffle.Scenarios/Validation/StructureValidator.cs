using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Holds a tree against the description of the language: keys, shapes, units, ranges. Says nothing of what keys mean together.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="requireKeys">Whether missing keys are mistakes; not before all overlays are merged.</param>
public sealed class StructureValidator(MistakeList mistakes, bool requireKeys)
{
    /// <summary>Checks a node against a type.</summary>
    /// <param name="node">The node.</param>
    /// <param name="type">What it should be.</param>
    /// <param name="path">Its key path in the merged tree.</param>
    /// <param name="keyLocation">Where its key was written: the place of a key that it lacks.</param>
    public void Check(ScenarioNode node, SchemaType type, string path, SourceLocation keyLocation)
    {
        switch (type)
        {
            case ScalarType scalar:
                Scalar(node, scalar);
                break;
            case MapType map when node is MapNode value:
                Map(value, map, null, path, keyLocation);
                break;
            case DictionaryType dictionary when node is MapNode value:
                Dictionary(value, dictionary, path);
                break;
            case ListType list when node is SequenceNode value:
                List(value, list, path);
                break;
            case VariantType variant when node is MapNode value:
                Variant(value, variant, path, keyLocation);
                break;
            case ChoiceType choice:
                Choice(node, choice, path, keyLocation);
                break;
            case OverlayType overlay when node is MapNode value:
                Overlay(value, overlay);
                break;
            case SweepType when node is MapNode:
            case AnyType when node is not MapNode:
                break;
            default:
                mistakes.Add(node, $"{node.Describe()} where {type.Expected} belongs", type.Expected);
                break;
        }
    }

    private static string Child(string path, string key) => path.Length == 0 ? key : path + "." + key;

    private void Scalar(ScenarioNode node, ScalarType type)
    {
        if (node is not ScalarNode scalar || node.IsNull)
        {
            mistakes.Add(node, $"{node.Describe()} where a single value belongs", type.Expected);
        }
        else if (type.Check(scalar.Text) is { } problem)
        {
            bool unsupported = type.UnsupportedWords.Contains(scalar.Text);
            mistakes.Add(node, problem, type.Expected, unsupported ? null : NearestName.Find(scalar.Text, type.Words));
        }
    }

    private void Map(MapNode node, MapType type, string? also, string path, SourceLocation keyLocation)
    {
        foreach (MapEntry entry in node.Entries)
        {
            if (entry.Key == also)
                continue;
            if (type.Key(entry.Key) is not { } key)
                UnknownKey(entry, node, type, also, path);
            else if (!key.Supported)
                mistakes.Add(entry.KeyLocation, KeyPath(entry, path), $"`{entry.Key}` is not supported yet");
            else if (!entry.Value.IsNull)
                Check(entry.Value, key.Type, Child(path, entry.Key), entry.KeyLocation);
        }

        if (!requireKeys)
            return;
        foreach (SchemaKey key in type.Keys)
        {
            if (key.Required && node.Get(key.Name) is null)
                mistakes.Add(keyLocation, Child(path, key.Name), $"missing key `{key.Name}`", key.Type.Expected);
        }
    }

    private void UnknownKey(MapEntry entry, MapNode node, MapType type, string? also, string path)
    {
        List<string> known = [.. type.Keys.Where(key => key.Supported).Select(key => key.Name)];
        if (also is not null)
            known.Insert(0, also);
        string? near = NearestName.Find(entry.Key, known.Where(name => node.Entry(name) is null)) ?? NearestName.Find(entry.Key, known);
        mistakes.Add(entry.KeyLocation, KeyPath(entry, path), $"unknown key `{entry.Key}`", known.Count == 0 ? "" : "one of " + string.Join(", ", known), near);
    }

    private static string KeyPath(MapEntry entry, string path) => entry.Value.Path.Length == 0
        || !entry.Value.Path.EndsWith(entry.Key, StringComparison.Ordinal) ? Child(path, entry.Key) : entry.Value.Path;

    private void Dictionary(MapNode node, DictionaryType type, string path)
    {
        foreach (MapEntry entry in node.Entries)
        {
            if (type.Reserved.Contains(entry.Key))
                mistakes.Add(entry.KeyLocation, KeyPath(entry, path), $"`{entry.Key}` cannot be the name of a {type.Noun}: it means something else");
            else if (type.Names.Check(entry.Key) is { } problem)
                mistakes.Add(entry.KeyLocation, KeyPath(entry, path), problem, type.Names.Expected);
            if (!entry.Value.IsNull)
                Check(entry.Value, type.Value, Child(path, entry.Key), entry.KeyLocation);
        }
    }

    private void List(SequenceNode node, ListType type, string path)
    {
        if (node.Items.Count < type.Least)
            mistakes.Add(node, $"a list of {node.Items.Count} where at least {type.Least} must be", type.Expected);
        for (int i = 0; i < node.Items.Count; i++)
            Check(node.Items[i], type.Item, $"{path}[{i}]", node.Items[i].Location);
    }

    private void Variant(MapNode node, VariantType type, string path, SourceLocation keyLocation)
    {
        if (node.Get(type.Discriminator) is not { } named)
        {
            if (type.Otherwise is { Keys.Count: > 0 } otherwise && node.Entries.Any(entry => otherwise.Key(entry.Key) is not null))
                Map(node, otherwise, null, path, keyLocation);
            else
                MissingDiscriminator(node, type, path, keyLocation);
            return;
        }

        ScalarType words = new(ScalarKind.Word) { Words = [.. type.Variants.Select(variant => variant.Word)], UnsupportedWords = type.Unsupported };
        Scalar(named, words);
        if (named is ScalarNode scalar && type.Variant(scalar.Text) is { } map)
            Map(node, map, type.Discriminator, path, keyLocation);
    }

    private void MissingDiscriminator(MapNode node, VariantType type, string path, SourceLocation keyLocation)
    {
        List<string> known = [.. KeyPathResolver.KeysOf(type)];
        foreach (MapEntry entry in node.Entries.Where(entry => !known.Contains(entry.Key)))
            mistakes.Add(entry.KeyLocation, KeyPath(entry, path), $"unknown key `{entry.Key}`", "one of " + string.Join(", ", known),
                NearestName.Find(entry.Key, known));
        if (requireKeys)
            mistakes.Add(keyLocation, Child(path, type.Discriminator), $"missing key `{type.Discriminator}`",
                string.Join(" or ", type.Variants.Select(variant => $"`{variant.Word}`")));
    }

    private void Choice(ScenarioNode node, ChoiceType type, string path, SourceLocation keyLocation)
    {
        SchemaType? shaped = node switch { MapNode => type.Map, SequenceNode => type.List, _ => null };
        if (shaped is not null)
        {
            Check(node, shaped, path, keyLocation);
            return;
        }

        foreach (SchemaType option in type.Options)
        {
            if (option is ScalarType single && node is ScalarNode { IsNull: false } written && single.Check(written.Text) is null)
                return;
        }

        List<ScalarType> scalars = [.. type.Options.OfType<ScalarType>()];
        if (node is not ScalarNode scalar || node.IsNull)
        {
            mistakes.Add(node, $"{node.Describe()} where something else belongs", type.Expected);
        }
        else
        {
            ScalarType? unsupported = scalars.Find(option => option.UnsupportedWords.Contains(scalar.Text));
            string problem = (unsupported ?? scalars[^1]).Check(scalar.Text)!;
            mistakes.Add(node, problem, type.Expected, unsupported is null ? NearestName.Find(scalar.Text, scalars.SelectMany(option => option.Words)) : null);
        }
    }

    private void Overlay(MapNode node, OverlayType type)
    {
        foreach (MapEntry entry in node.Entries)
        {
            if (type.Target.Key(entry.Key) is not null)
                continue;
            bool isSection = LanguageSchema.Root.Key(entry.Key) is not null;
            List<string> known = [.. type.Target.Keys.Select(key => key.Name)];
            mistakes.Add(entry.KeyLocation, entry.Value.Path, isSection ? $"`{entry.Key}` cannot be changed here" : $"unknown key `{entry.Key}`",
                "one of " + string.Join(", ", known), isSection ? null : NearestName.Find(entry.Key, known));
        }
    }
}
