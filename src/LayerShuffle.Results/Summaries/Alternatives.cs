namespace LayerShuffle.Results.Summaries;

/// <summary>Groups that differ in one thing: models under the same policy and condition, policies of a model in a condition, conditions of a model.</summary>
/// <param name="Kind">model, policy or condition: what they differ in.</param>
/// <param name="Where">What they share, for people.</param>
/// <param name="Groups">The groups, two or more, in the order of the results.</param>
public sealed record Alternatives(string Kind, string Where, IReadOnlyList<ResultGroup> Groups)
{
    /// <summary>All alternatives of a run: policies first, then models, then conditions.</summary>
    public static IReadOnlyList<Alternatives> Of(IReadOnlyList<ResultGroup> groups)
    {
        bool policies = groups.Any(group => group.Policy != "default");
        return
        [
            .. By("policy", group => (group.Model, group.Condition), group => $"{group.Model} / {group.Condition}"),
            .. By("model", group => (group.Policy, group.Condition), group => policies ? $"{group.Policy} / {group.Condition}" : group.Condition),
            .. By("condition", group => (group.Model, group.Policy), group => policies ? $"{group.Model} / {group.Policy}" : group.Model),
        ];

        IEnumerable<Alternatives> By(string kind, Func<ResultGroup, (string, string)> shared, Func<ResultGroup, string> where) =>
            groups.GroupBy(shared).Where(alike => alike.Count() > 1).Select(alike => new Alternatives(kind, where(alike.First()), [.. alike]));
    }

    /// <summary>What a group is called among its alternatives.</summary>
    public string Name(ResultGroup group) => Kind switch { "policy" => group.Policy, "model" => group.Model, _ => group.Condition };
}
