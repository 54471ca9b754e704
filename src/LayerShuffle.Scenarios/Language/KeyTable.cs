using System.Globalization;
using System.Text;

namespace LayerShuffle.Scenarios.Language;

/// <summary>
/// Writes every key of the language once, with an example, as tables in Markdown: for people what <see cref="JsonSchemaWriter"/> is for editors, from the same
/// description.
/// </summary>
public static class KeyTable
{
    /// <summary>The tables, with a line feed at their end.</summary>
    public static string Write()
    {
        StringBuilder text = new();
        MapType model = (MapType)((ChoiceType)LanguageSchema.Root.Key("model")!.Type).Map!;
        Section(text, "The file", [.. LanguageSchema.Root.Keys.Where(key => !IsSection(key)).SelectMany(key => Rows(key, ""))]);
        foreach (SchemaKey key in LanguageSchema.Root.Keys.Where(IsSection))
        {
            SchemaType type = key.Type is ChoiceType choice ? choice.Map! : key.Type;
            MapType? map = type as MapType ?? ((type as DictionaryType)?.Value as MapType);
            string prefix = type is DictionaryType ? $"{key.Name}.NAME" : key.Name;
            List<string[]> rows = key.Name switch
            {
                "models" => [[prefix, "settings", "", "Any key of `model`, and:"],
                    .. map!.Keys.Where(own => model.Key(own.Name) is null).SelectMany(own => Rows(own, prefix + "."))],
                "faults" => Faults((VariantType)((DictionaryType)type).Value, prefix),
                "expect" => [.. ((MapType)((ListType)type).Item).Keys.SelectMany(own => Rows(own, "expect[]."))],
                _ => [.. map!.Keys.SelectMany(own => Rows(own, prefix + "."))],
            };
            Section(text, $"`{key.Name}`: {key.Doc}", rows);
        }

        return text.ToString();
    }

    private static bool IsSection(SchemaKey key) => key.Name is "dataset" or "model" or "models" or "cluster" or "network" or "faults" or "routing"
        or "workload" or "expect";

    private static void Section(StringBuilder text, string title, List<string[]> rows)
    {
        text.Append("**").Append(title).Append("**\n\n| key | value | default | meaning | example |\n|---|---|---|---|---|\n");
        foreach (string[] row in rows)
            text.Append("| `").Append(row[0]).Append("` | ").Append(row[1]).Append(" | ").Append(row[2]).Append(" | ").Append(row[3]).Append(" | `")
                .Append(KeyExamples.Of(row[0])).Append("` |\n");
        text.Append('\n');
    }

    private static List<string[]> Faults(VariantType faults, string prefix)
    {
        List<string[]> rows = [[prefix + ".kind", string.Join(" \\| ", faults.Variants.Select(variant => variant.Word)), "required",
            "What happens. Which other keys there are depends on it."]];
        HashSet<string> seen = [];
        foreach (SchemaKey key in faults.Variants.SelectMany(variant => variant.Map.Keys))
        {
            if (!seen.Add(key.Name))
                continue;
            string of = string.Join(", ", faults.Variants.Where(variant => variant.Map.Key(key.Name) is not null).Select(variant => variant.Word));
            foreach (string[] row in key.Name == "set" ? [[$"{prefix}.set", "settings", "required", key.Doc + " Keys as in `network.links[]`."]]
                : Rows(key, prefix + "."))
                rows.Add([row[0], row[1], row[2], $"{row[3]} ({of})"]);
        }

        return rows;
    }

    /// <summary>A key and what lies below it.</summary>
    private static IEnumerable<string[]> Rows(SchemaKey key, string prefix)
    {
        if (!key.Supported)
            yield break;
        string path = prefix + key.Name;
        yield return [path, Form(key.Type), key.Required ? "required" : key.Default is { } text ? $"`{text}`" : "", Markdown(key.Doc)];
        if (key.Type is OverlayType or SweepType or AnyType || IsLinkKeys(path))
            yield break;
        foreach ((string at, SchemaKey below) in Below(key.Type, path))
        {
            foreach (string[] row in Rows(below, at + "."))
                yield return row;
        }
    }

    private static string Markdown(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal);

    /// <summary>Exceptions have the keys of the network itself, distributions the same ones everywhere: they are written once.</summary>
    private static bool IsLinkKeys(string path) => path is "cluster.compute_time.base" || path.StartsWith("network.links[].", StringComparison.Ordinal) ||
        (path.EndsWith("compute_time", StringComparison.Ordinal) && path != "cluster.compute_time");

    private static IEnumerable<(string At, SchemaKey Key)> Below(SchemaType type, string path) => type switch
    {
        MapType map => map.Keys.Select(key => (path, key)),
        DictionaryType { Value: MapType or VariantType or ChoiceType } dictionary => Below(dictionary.Value, path + ".NAME"),
        ListType { Item: MapType or ChoiceType } list => Below(list.Item, path + "[]"),
        VariantType variant => Distinct(variant).Select(key => (path, key)),
        ChoiceType choice => choice.Options.SelectMany(option => Below(option, path)),
        _ => [],
    };

    private static IEnumerable<SchemaKey> Distinct(VariantType variant)
    {
        SchemaKey discriminator = new(variant.Discriminator, new ScalarType(ScalarKind.Word) { Words = [.. variant.Variants.Select(item => item.Word)] },
            "Which; the other keys depend on it.");
        return variant.Variants.SelectMany(item => item.Map.Keys).Concat(variant.Otherwise?.Keys ?? []).Select(key => key with { Required = false })
            .DistinctBy(key => key.Name).Prepend(discriminator);
    }

    private static string Form(SchemaType type) => type switch
    {
        ScalarType scalar => Form(scalar),
        ListType list => "a list of " + list.Noun,
        DictionaryType { Value: ListType or AnyType } => "names and lists",
        DictionaryType => "names and settings",
        MapType or VariantType => "settings",
        OverlayType overlay => overlay.Noun,
        SweepType => "key paths and lists of values",
        ChoiceType choice => string.Join(", or ", choice.Options.Select(Form).Where(form => form.Length > 0).Distinct()),
        _ => "a value or a list",
    };

    private static string Form(ScalarType type) => type.Kind switch
    {
        ScalarKind.Word => string.Join(" \\| ", type.Words.Select(word => $"`{word}`")),
        ScalarKind.Integer => "whole number" + (type.Minimum is { } least ? string.Create(CultureInfo.InvariantCulture, $" ≥ {least}") : ""),
        ScalarKind.Number => "number" + (type.Minimum is { } bound ? string.Create(CultureInfo.InvariantCulture, $" {(type.Exclusive ? ">" : "≥")} {bound}")
            : ""),
        ScalarKind.Boolean => "`true` \\| `false`",
        ScalarKind.Duration => "duration (`20ms`)",
        ScalarKind.Probability => "probability (`5%`)",
        ScalarKind.Rate => "rate (`100Mbps`)",
        ScalarKind.Size => "size (`2GB`)",
        ScalarKind.RequestRate => "requests (`50/s`)",
        ScalarKind.Power => "power (`2.7W`)",
        ScalarKind.Energy => "energy (`50nJ`)",
        ScalarKind.Price => "price (`0.05/h`)",
        ScalarKind.Path => "path",
        ScalarKind.Bound => "number with the metric's unit",
        ScalarKind.Pattern => type.Noun.Contains("name of", StringComparison.Ordinal) ? "name" : type.Noun.Replace("|", "\\|", StringComparison.Ordinal),
        _ => "text",
    };
}
