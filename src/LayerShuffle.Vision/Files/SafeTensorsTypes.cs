using static TorchSharp.torch;

namespace LayerShuffle.Vision;

/// <summary>The types of elements that safetensors files and this program share.</summary>
internal static class SafeTensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static string Known => string.Join(", ", Types.Select(type => type.Name));

    public static bool TryParse(string? name, out ScalarType type, out int size)
    {
        foreach ((string known, ScalarType candidate, int bytes) in Types)
        {
            if (known == name)
            {
                (type, size) = (candidate, bytes);
                return true;
            }
        }

        (type, size) = (default, 0);
        return false;
    }

    public static (string Name, int Size) Of(ScalarType type)
    {
        foreach ((string name, ScalarType candidate, int size) in Types)
        {
            if (candidate == type)
                return (name, size);
        }

        throw new ModelFormatException($"A safetensors file cannot hold {type}; convert the tensor first.");
    }
}
