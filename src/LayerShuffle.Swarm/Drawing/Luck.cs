using System.Globalization;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>Draws of one place in a scenario. Each is named, so that a key that the language gains moves no other draw.</summary>
/// <param name="tree">The place.</param>
internal readonly struct Luck(SeedTree tree)
{
    /// <summary>A place below.</summary>
    public Luck this[string name] => new(tree.Child(name));

    /// <summary>An item below.</summary>
    public Luck this[int index] => new(tree.Child(index));

    /// <summary>Whether something of a probability happens.</summary>
    public bool Happens(string what, double probability) => tree.Child(what).Uniform < probability;

    /// <summary>A whole number, the bounds included.</summary>
    public int Whole(string what, int least, int most) => least + (int)(tree.Child(what).Uniform * (most - least + 1));

    /// <summary>A number with at most three decimals.</summary>
    public double Number(string what, double least, double most) => Math.Round(least + (tree.Child(what).Uniform * (most - least)), 3);

    /// <summary>One of several.</summary>
    public T One<T>(string what, IReadOnlyList<T> of) => of[Whole(what, 0, of.Count - 1)];

    /// <summary>Some of several, in their order, at least so many.</summary>
    public IReadOnlyList<T> Some<T>(string what, IReadOnlyList<T> of, int least)
    {
        int count = Whole(what + "-count", Math.Min(least, of.Count), of.Count);
        SeedTree lots = tree.Child(what);
        return [.. Enumerable.Range(0, of.Count).OrderBy(i => lots.Child(i).Uniform).Take(count).Order().Select(i => of[i])];
    }

    /// <summary>A permutation.</summary>
    public IReadOnlyList<T> Mixed<T>(string what, IReadOnlyList<T> of)
    {
        SeedTree lots = tree.Child(what);
        return [.. Enumerable.Range(0, of.Count).OrderBy(i => lots.Child(i).Uniform).Select(i => of[i])];
    }

    /// <summary>A duration in milliseconds: a whole number of them half of the time, so that events meet at one instant.</summary>
    public string Milliseconds(string what, double least, double most)
    {
        double drawn = Number(what, least, most);
        return Text(Happens(what + "-whole", 0.5) ? Math.Max(Math.Ceiling(least), Math.Round(drawn)) : drawn) + "ms";
    }

    /// <summary>A probability in percent.</summary>
    public string Percent(string what, double least, double most) => Text(Math.Round(Number(what, least, most), 1)) + "%";

    /// <summary>A number as it is written.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
