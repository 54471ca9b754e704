using LayerShuffle.Cluster.Messages;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cluster.Managers;

/// <summary>Who has to reach whom, and who was heard so far. At the end it says in sentences who cannot be reached.</summary>
/// <param name="members">The endpoints that take part, the coordinator first.</param>
/// <param name="newcomer">The endpoint that proves itself; null: all do.</param>
/// <param name="names">What endpoints are called.</param>
internal sealed class ReachRound(IReadOnlyList<PeerAddress> members, int? newcomer, Func<int, string> names)
{
    private readonly SortedDictionary<(int From, int To, bool Data), string> missing = []; // with what stood in the way last, or ""
    private readonly HashSet<int> heardOf = [0];

    /// <summary>Those that take part.</summary>
    public IReadOnlyList<PeerAddress> Members => members;

    /// <summary>Whether nothing is missing.</summary>
    public bool IsDone => missing.Count == 0;

    /// <summary>What is missing.</summary>
    public int Left => missing.Count;

    /// <summary>Whether all that is missing failed for a reason that is known: waiting for it to arrive makes little sense.</summary>
    public bool IsExplained => missing.Values.All(reason => reason.Length > 0);

    /// <summary>All are to reach all; or only <paramref name="newcomer"/> all others, and they it.</summary>
    public static ReachRound Of(IReadOnlyList<PeerAddress> members, int? newcomer, Func<int, string> names)
    {
        var round = new ReachRound(members, newcomer, names);
        foreach (PeerAddress from in members)
        {
            foreach (PeerAddress to in members.Where(to => to.Endpoint != from.Endpoint
                && (newcomer is not { } one || from.Endpoint == one || to.Endpoint == one)))
                (round.missing[(from.Endpoint, to.Endpoint, false)], round.missing[(from.Endpoint, to.Endpoint, true)]) = ("", "");
        }

        return round;
    }

    /// <summary>An endpoint was heard.</summary>
    public void Reached(int from, int by, bool data)
    {
        heardOf.UnionWith([from, by]);
        missing.Remove((from, by, data));
    }

    /// <summary>An endpoint could not connect to another.</summary>
    public void NotReached(int from, int to, bool data, string reason)
    {
        heardOf.Add(from);
        if (missing.ContainsKey((from, to, data)))
            missing[(from, to, data)] = reason;
    }

    /// <summary>An endpoint is gone, or cannot answer now: nothing is asked of it any more.</summary>
    public void Drop(int endpoint)
    {
        foreach ((int From, int To, bool Data) pair in missing.Keys.Where(pair => pair.From == endpoint || pair.To == endpoint).ToArray())
            missing.Remove(pair);
    }

    /// <summary>Those of whom nothing at all has been heard, the newcomer left out.</summary>
    public IReadOnlyList<int> Silent()
    {
        return [.. members.Select(member => member.Endpoint)
            .Where(endpoint => endpoint != newcomer && !heardOf.Contains(endpoint) && missing.Keys.Any(pair => pair.From == endpoint))];
    }

    /// <summary>Whom an endpoint has still to reach.</summary>
    public PeerAddress[] Open(int from)
    {
        return [.. members.Where(to => missing.ContainsKey((from, to.Endpoint, false)) || missing.ContainsKey((from, to.Endpoint, true)))];
    }

    /// <summary>
    /// Who cannot be reached, from where, on which plane, why, and what to check: each endpoint named that explains most of what is missing, then of the rest.
    /// </summary>
    public string Describe()
    {
        var sentences = new List<string>();
        var rest = missing.ToList();
        while (rest.Count > 0)
        {
            (int endpoint, bool target, bool data) = rest
                .SelectMany(pair => new[] { (pair.Key.To, true, pair.Key.Data), (pair.Key.From, false, pair.Key.Data) })
                .GroupBy(candidate => candidate)
                .OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key.Item2).ThenByDescending(group => group.Key.Item1)
                    .ThenBy(group => group.Key.Data)
                .First().Key;
            var covered = rest.Where(pair => (target ? pair.Key.To : pair.Key.From) == endpoint && pair.Key.Data == data).ToList();
            rest.RemoveAll(covered.Contains);
            sentences.Add(Sentence(endpoint, target, data, covered));
        }

        return string.Join(' ', sentences) + " " + Advice();
    }

    private string Sentence(int endpoint, bool target, bool data, IReadOnlyList<KeyValuePair<(int From, int To, bool Data), string>> covered)
    {
        string others = string.Join(", ", covered.Select(pair => target ? names(pair.Key.From) : Place(pair.Key.To, data)));
        string plane = $"on the {(data ? "data" : "control")} plane";
        string why = string.Join("; ", covered.Select(pair => pair.Value.TrimEnd('.')).Where(reason => reason.Length > 0).Distinct());
        return (target ? $"{Place(endpoint, data)} cannot be reached from {others} {plane}" : $"{names(endpoint)} cannot reach {others} {plane}")
            + (why.Length > 0 ? $": {why}." : ": nothing arrived.");
    }

    private string Place(int endpoint, bool data)
    {
        PeerAddress address = members.First(member => member.Endpoint == endpoint);
        return $"{names(endpoint)} ({HostAddress.Text(address.Host, data ? address.DataPort : address.AkkaPort)})";
    }

    private static string Advice() =>
        "Every process must reach every other. Check on the machine that is named: --public-host (the other machines must know that name and get there by "
            + "it), --listen (which of its addresses it listens on), "
        + "and firewalls between (fix its two ports with --control-port and --data-port, and let them through).";
}
