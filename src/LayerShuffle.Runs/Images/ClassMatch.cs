using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LayerShuffle.Runs.Images;

/// <summary>Which of a model's classes each class of a dataset is.</summary>
/// <param name="ToModel">For each label of the dataset, the model's.</param>
/// <param name="How">What was done, as a sentence's end; null where the names and their order are the same.</param>
internal sealed partial record ClassMatch(IReadOnlyList<int> ToModel, string? How)
{
    private const int Named = 6;

    // CIFAR-10's two classes that go by a shorter name, and digits in words.
    private static readonly string[][] Synonyms =
    [
        ["airplane", "plane"], ["automobile", "car"], ["0", "zero"], ["1", "one"], ["2", "two"], ["3", "three"], ["4", "four"], ["5", "five"], ["6", "six"],
            ["7", "seven"], ["8", "eight"],
        ["9", "nine"],
    ];

    /// <summary>
    /// Matches by name, whatever the case, spaces, underscores, hyphens and leading zeros; a synset's number or one of several names between commas is enough.
    /// Where the model has no names of its own (none, or LABEL_0, LABEL_1, …), or a dataset of synsets is as long as the model's classes (ImageNet's order is
    /// the synsets'), by position.
    /// </summary>
    /// <param name="labels">The model's names, or null.</param>
    /// <param name="count">How many classes the model tells apart.</param>
    /// <param name="classes">The dataset's names.</param>
    /// <exception cref="ModelFormatException">Neither fits.</exception>
    public static ClassMatch Of(IReadOnlyList<string>? labels, int count, IReadOnlyList<string> classes)
    {
        labels ??= [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"LABEL_{i}"))];
        if (labels.SequenceEqual(classes, StringComparer.Ordinal))
            return new([.. Enumerable.Range(0, classes.Count)], null);
        int[] found = ByName(labels, classes);
        if (found.All(label => label >= 0) && found.Distinct().Count() == found.Length)
            return new(found,
                $"matched by name with {(labels.Count == classes.Count ? "the" : $"{classes.Count} of the")} model's "
                    + $"{labels.Count}{(InOrder(found) ? "" : ", in another order")}");
        if (labels.Count == classes.Count && IsGeneric(labels))
            return new([.. Enumerable.Range(0, classes.Count)],
                $"matched by position, as the model's are only called {labels[0]} … {labels[^1]}: {Pairs(labels, classes)}");
        if (labels.Count == classes.Count && classes.All(name => Synset().Match(name).Length == name.Length))
            return new([.. Enumerable.Range(0, classes.Count)], $"matched by position, in the order of their synsets: {Pairs(labels, classes)}");
        throw new ModelFormatException(Refusal(labels, classes, found));
    }

    private static bool InOrder(int[] found) => found.Zip(found.Skip(1)).All(pair => pair.First < pair.Second);

    private static bool IsGeneric(IReadOnlyList<string> labels) =>
        labels.Select((label, i) => GenericLabel().Match(label) is { Success: true } match && Number(match.Groups[1].Value) == i).All(generic => generic);

    private static string Pairs(IReadOnlyList<string> labels, IReadOnlyList<string> classes) =>
        string.Join(", ", classes.Take(Named).Select((name, i) => $"{name} is {labels[i]}")) + (classes.Count > Named ? ", …" : "");

    /// <summary>For each class the label of the same name; −1 for none, −2 for several.</summary>
    private static int[] ByName(IReadOnlyList<string> labels, IReadOnlyList<string> classes)
    {
        // A whole name wins over a part of one: of ImageNet's two "maillot" one is also called "tank suit".
        Dictionary<string, int> whole = Index(labels, label => [Plain(label)]), parts = Index(labels, Parts);
        return [.. classes.Select(name => One(whole, [Plain(name)]) is var exact and not -1 ? exact : One(parts, Parts(name)))];
    }

    private static Dictionary<string, int> Index(IReadOnlyList<string> labels, Func<string, IEnumerable<string>> keys)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Count; i++)
        {
            foreach (string key in keys(labels[i]).Distinct())
                index[key] = index.TryGetValue(key, out int other) && other != i ? -2 : i;
        }

        return index;
    }

    private static int One(Dictionary<string, int> index, IEnumerable<string> keys)
    {
        int[] hits = [.. keys.Where(index.ContainsKey).Select(key => index[key]).Distinct()];
        return hits.Length switch { 0 => -1, 1 => hits[0], _ => -2 };
    }

    /// <summary>The names that a text holds: its synset, what stands between commas, the number of a LABEL_n, and what they are also called.</summary>
    private static IEnumerable<string> Parts(string name)
    {
        string rest = name.Trim();
        if (Synset().Match(rest) is { Success: true } synset)
        {
            yield return synset.Value.ToLowerInvariant();
            rest = rest[synset.Length..].TrimStart(' ', ':', '_', '-', ',');
        }

        if (GenericLabel().Match(rest) is { Success: true } generic)
            yield return Plain(generic.Groups[1].Value);
        foreach (string key in rest.Split(',').Append(rest).Select(Plain).Where(key => key.Length > 0))
        {
            yield return key;
            foreach (string other in Synonyms.Where(group => group.Contains(key)).SelectMany(group => group))
                yield return other;
        }
    }

    private static string Plain(string name)
    {
        string plain = string.Concat(name.Normalize(NormalizationForm.FormKC).Where(c => !(char.IsWhiteSpace(c) || c is '_' or '-' or ','))).ToLowerInvariant();
        return plain.Length > 0 && plain.All(char.IsAsciiDigit) ? plain.TrimStart('0').PadLeft(1, '0') : plain;
    }

    private static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private static string Refusal(IReadOnlyList<string> labels, IReadOnlyList<string> classes, int[] found)
    {
        List<string> problems = [];
        string[] unknown = [.. classes.Where((_, i) => found[i] == -1)], several = [.. classes.Where((_, i) => found[i] == -2)];
        if (unknown.Length > 0)
            problems.Add($"the model knows no {List(unknown)}");
        if (several.Length > 0)
            problems.Add($"several of its classes are called {List(several)}");
        foreach (IGrouping<int, string> same in classes.Zip(found).Where(pair => pair.Second >= 0).GroupBy(pair => pair.Second, pair => pair.First)
            .Where(group => group.Count() > 1))
            problems.Add($"{List([.. same])} are the same class of the model, {labels[same.Key]}");
        string counts = labels.Count == classes.Count ? ""
            : $" (and by position neither: the model tells {labels.Count} classes apart, the dataset has {classes.Count})";
        return $"The dataset's classes cannot be matched with the model's by name: {string.Join("; ", problems)}{counts}. The model's are {List(labels)}. "
            + "Name the dataset's folders after them, or correct id2label in config.json.";
    }

    private static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Named).Select(name => $"`{name}`")) + (names.Count > Named ? $" and {names.Count - Named} more" : "");

    [GeneratedRegex(@"^[nN]\d{8}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Synset();

    [GeneratedRegex(@"^label[ _-]?(\d+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GenericLabel();
}
