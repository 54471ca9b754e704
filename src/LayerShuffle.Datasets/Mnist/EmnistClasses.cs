using System.Globalization;
using System.Text;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>EMNIST's classes (Cohen, Afshar, Tapson and van Schaik, 2017): a character for each label.</summary>
/// <param name="First">The lowest label: 1 for letters, else 0.</param>
/// <param name="Names">The characters, the lowest label first.</param>
internal sealed record EmnistClasses(int First, IReadOnlyList<string> Names)
{
    private const string Digits = "0123456789", Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Small = "abcdefghijklmnopqrstuvwxyz", SmallThatDiffer = "abdefghnqrt";
    private const int MostBytes = 1 << 16;

    /// <summary>The classes of a mapping file where there is one, else those that EMNIST's authors give.</summary>
    public static EmnistClasses Of(MnistFiles files) => files.Mapping is { } path ? Parse(path) : files.Selection switch
    {
        "digits" or "mnist" => new(0, Split(Digits)),
        "letters" => new(1, Split(Capitals)),
        "balanced" or "bymerge" => new(0, Split(Digits + Capitals + SmallThatDiffer)),
        "byclass" => new(0, Split(Digits + Capitals + Small)),
        _ => throw new DatasetException($"EMNIST: '{files.Prefix}mapping.txt' is not in '{files.Folder}', and '{files.Selection}' is none of byclass, "
            + "bymerge, balanced, letters, digits and mnist; put it there."),
    };

    private static string[] Split(string characters) => [.. characters.Select(c => c.ToString())];

    // A line holds a label and the code of its character, or the codes of its capital and its small letter.
    private static EmnistClasses Parse(string path)
    {
        string[] lines = [.. Encoding.UTF8.GetString(DataFile.Read(path, MostBytes)).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        var characters = new SortedDictionary<int, string>();
        for (int i = 0; i < lines.Length; i++)
        {
            string[] parts = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 2 || !Number(parts[0], 0, 255, out int label) || !Number(parts[1], 32, 126, out int code)
                || !characters.TryAdd(label, ((char)code).ToString()))
                throw new DatasetException($"'{path}' line {i + 1}: '{lines[i]}' is no label of its own with the code of a character; download EMNIST again.");
        }
        int first = characters.Count > 0 ? characters.Keys.First() : throw new DatasetException($"'{path}' maps no labels; download EMNIST again.");
        if (characters.Keys.Last() - first + 1 != characters.Count)
            throw new DatasetException($"'{path}' leaves labels out between {first} and {characters.Keys.Last()}; download EMNIST again.");
        return new(first, [.. characters.Values]);
    }

    private static bool Number(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}
