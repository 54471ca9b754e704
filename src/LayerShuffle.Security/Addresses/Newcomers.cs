namespace LayerShuffle.Security.Addresses;

/// <summary>
/// Those that have connected and not yet proven themselves, so many at most: the oldest makes room for the newest. Who belongs here proves itself in a moment,
/// so that strangers who only hold connections open keep nobody out. Thread-safe.
/// </summary>
/// <param name="most">How many.</param>
public sealed class Newcomers<T>(int most)
    where T : class
{
    private readonly Lock gate = new();
    private readonly LinkedList<T> order = []; // oldest first
    private readonly Dictionary<T, LinkedListNode<T>> nodes = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return nodes.Count;
        }
    }

    /// <summary>One more.</summary>
    /// <returns>The one that has to go for it, which is no longer among them; or null.</returns>
    public T? Add(T newcomer)
    {
        lock (gate)
        {
            nodes.Add(newcomer, order.AddLast(newcomer));
            if (nodes.Count <= most)
                return null;
            T oldest = order.First!.Value;
            order.RemoveFirst();
            nodes.Remove(oldest);
            return oldest;
        }
    }

    /// <summary>One has proven itself, or is gone.</summary>
    /// <returns>Whether it was still among them; false: it had to go.</returns>
    public bool Remove(T newcomer)
    {
        lock (gate)
        {
            if (!nodes.Remove(newcomer, out LinkedListNode<T>? node))
                return false;
            order.Remove(node);
            return true;
        }
    }
}
