using static TorchSharp.torch;

namespace LayerShuffle.Vision.Files;

/// <summary>Which of libtorch's types a format of safetensors files is.</summary>
internal static class SafeTensorsTypes
{
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = ScalarType.Float32,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["F64"] = ScalarType.Float64,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    public static ScalarType Of(NumberFormat format) => Types[format.Name];

    public static NumberFormat Of(ScalarType type) =>
        NumberFormat.All.FirstOrDefault(format => Types[format.Name] == type)
            ?? throw new ModelFormatException($"A safetensors file cannot hold {type}; convert the tensor first.");
}
