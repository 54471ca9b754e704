using System.Globalization;

namespace LayerShuffle.Core.Routing;

/// <summary>Identity of a hop. A node executes a hop id once and acknowledges every copy of it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Branch">The branch: a hash of the give-ups that led to it, 0 for the first. Giving up the same hop twice (after a crash) yields the same
/// branch.</param>
/// <param name="Position">Position in the branch's order.</param>
public readonly record struct HopId(int Request, ulong Branch, int Position)
{
    /// <summary>Of layers that run at once: which of the group before it comes from. All parts are one hop to who executes it.</summary>
    public int Part { get; init; }

    /// <summary>The hop that all its parts are of.</summary>
    public HopId Whole => this with { Part = 0 };

    /// <summary>For people. What a record is given would print <see cref="Whole"/> too, which is a hop again, and so on.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"request {Request}, branch {Branch:x}, position {Position}, part {Part}");

    /// <summary>The branch on which one of several journeys of a request sets out: 0 for the first.</summary>
    public static ulong BranchOfPath(int path) => path == 0 ? 0 : new HopId(0, 0x70617468 /* "path" */, path).BranchAfterGivingUp(path);

    /// <summary>The branch that begins when the sender of this hop gives up on a layer.</summary>
    public ulong BranchAfterGivingUp(int layer)
    {
        ulong z = Branch + 0x9e3779b97f4a7c15UL * (ulong)(Position + 1) + 0xd1b54a32d192ed03UL * (ulong)(layer + 1);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
