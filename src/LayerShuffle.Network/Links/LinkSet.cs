using System.Collections;

namespace LayerShuffle.Network.Links;

/// <summary>
/// Some of the directed links, told by their ends: what a fault strikes. A thousand endpoints have a million links, so that it holds who is at their ends, and lists links only for who asks.
/// </summary>
public sealed class LinkSet : IReadOnlyList<int>
{
    private const int NoGroup = -1, SeveralGroups = -2;
    private readonly int endpoints;
    private readonly Func<int, int, bool> holds; // of two different endpoints

    private LinkSet(int endpoints, Func<int, int, bool> holds) => (this.endpoints, this.holds) = (endpoints, holds);

    /// <summary>How many they are; counting takes as long as listing them.</summary>
    public int Count => this.Count<int>();

    /// <summary>One of them; finding it takes as long as listing those before it.</summary>
    public int this[int index] => this.ElementAt<int>(index);

    /// <summary>Whether a link is one of them. An endpoint has no link to itself.</summary>
    public bool Contains(int from, int to) => from != to && holds(from, to);

    /// <summary>The links, ascending by <see cref="Topology.LinkIndex"/>.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int from = 0; from < endpoints; from++)
            for (int to = 0; to < endpoints; to++)
                if (Contains(from, to))
                    yield return from * endpoints + to;
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>From any of some endpoints to any of others.</summary>
    internal static LinkSet Between(int endpoints, IEnumerable<int> from, IEnumerable<int> to)
    {
        BitArray sources = new(endpoints), sinks = new(endpoints);
        foreach (int source in from)
            sources[source] = true;
        foreach (int sink in to)
            sinks[sink] = true;
        return new(endpoints, (source, sink) => sources[source] && sinks[sink]);
    }

    /// <summary>Between members of different groups.</summary>
    internal static LinkSet Across(int endpoints, IEnumerable<IEnumerable<int>> groups)
    {
        int[] groupOf = new int[endpoints];
        Array.Fill(groupOf, NoGroup);
        int number = 0;
        foreach (IEnumerable<int> group in groups)
        {
            foreach (int member in group)
                groupOf[member] = groupOf[member] == NoGroup || groupOf[member] == number ? number : SeveralGroups;
            number++;
        }

        return new(endpoints, (from, to) => groupOf[from] != NoGroup && groupOf[to] != NoGroup && (groupOf[from] != groupOf[to] || groupOf[from] == SeveralGroups));
    }

    /// <summary>Listed ones.</summary>
    internal static LinkSet Of(int endpoints, IReadOnlyList<int> links)
    {
        if (links is LinkSet set)
            return set;
        HashSet<int> listed = [.. links]; // membership only
        return new(endpoints, (from, to) => listed.Contains(from * endpoints + to));
    }
}
