namespace LayerShuffle.Network.Models;

/// <summary>A format of numbers that safetensors files and this program share.</summary>
/// <param name="Name">Its name in a file.</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="IsFloating">Whether it is a floating-point format.</param>
internal sealed record NumberFormat(string Name, int Size, bool IsFloating)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<NumberFormat> All { get; } =
    [
        new("F32", 4, true), new("F16", 2, true), new("BF16", 2, true), new("F64", 8, true),
        new("I64", 8, false), new("I32", 4, false), new("I16", 2, false), new("I8", 1, false), new("U8", 1, false), new("BOOL", 1, false),
    ];

    /// <summary>Their names, for a message.</summary>
    public static string Known => string.Join(", ", All.Select(format => format.Name));

    /// <summary>The format of a name, or null.</summary>
    public static NumberFormat? Find(string? name) => All.FirstOrDefault(format => format.Name == name);
}
