namespace LayerShuffle.Core.Seeds;

/// <summary>
/// A node of the tree of named sub-seeds. A draw is a pure function of the path that leads to it (seed, repeat, purpose, link, request, …), so that one more
/// draw in one place leaves all others alone. Mixing is SplitMix64's finalizer (Steele, Lea and Flood, OOPSLA 2014) over a running state.
/// </summary>
public readonly record struct SeedTree
{
    private readonly ulong state;

    private SeedTree(ulong state) => this.state = state;

    /// <summary>The 64 random bits of this node.</summary>
    public ulong Bits => Mix(state);

    /// <summary>A uniform draw in [0, 1) with 53 random bits: this node's one draw.</summary>
    public double Uniform => (Bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>The root for a scenario's seed.</summary>
    public static SeedTree Root(long seed) => new(Mix(unchecked((ulong)seed) + 0x9e3779b97f4a7c15UL));

    /// <summary>The child with an index: a repeat, a request, an attempt.</summary>
    public SeedTree Child(long index) => new(Mix(state + 0x9e3779b97f4a7c15UL) ^ Mix(unchecked((ulong)index) + 0xbf58476d1ce4e5b9UL));

    /// <summary>The child with a name: a purpose, an endpoint, a fault (FNV-1a over its UTF-16 code units, then mixed).</summary>
    public SeedTree Child(string name)
    {
        ulong hash = 0xcbf29ce484222325UL;
        foreach (char c in name)
            hash = (hash ^ c) * 0x100000001b3UL;
        return new(Mix(state + 0xd1b54a32d192ed03UL) ^ Mix(hash + 0x94d049bb133111ebUL));
    }

    /// <summary>A generator of many draws that starts from this node.</summary>
    public RandomStream Stream() => new(Bits);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
