using System.Text.Json;

namespace LayerShuffle.Vision;

/// <summary>A model's preprocessor_config.json.</summary>
internal static class PreprocessorFile
{
    private const int MostPixels = 65536;

    public static Preprocessor Read(string path, VitConfig config)
    {
        using JsonFile file = JsonFile.Open(path);
        Preprocessor defaults = Preprocessor.For(config);
        var read = new Preprocessor
        {
            DoResize = file.Bool("do_resize", true),
            Size = ReadSize(file, "size") ?? defaults.Size,
            Resample = file.Int("resample", defaults.Resample),
            DoCenterCrop = file.Bool("do_center_crop", false),
            CropSize = ReadSize(file, "crop_size"),
            DoRescale = file.Bool("do_rescale", true),
            RescaleFactor = file.Double("rescale_factor", defaults.RescaleFactor),
            DoNormalize = file.Bool("do_normalize", true),
            ImageMean = file.Doubles("image_mean") ?? defaults.ImageMean,
            ImageStd = file.Doubles("image_std") ?? defaults.ImageStd,
        };
        if (read.Resample is < 0 or > 5)
            throw file.Wrong("resample", "a filter's number, 0 to 5");
        if (read.DoNormalize && read.ImageMean.Count != config.NumChannels)
            throw file.Wrong("image_mean", $"a list of {config.NumChannels} numbers, one for each channel");
        if (read.DoNormalize && (read.ImageStd.Count != config.NumChannels || read.ImageStd.Any(deviation => !(deviation > 0))))
            throw file.Wrong("image_std", $"a list of {config.NumChannels} positive numbers, one for each channel");
        return read.DoCenterCrop && read.CropSize is null ? read with { CropSize = defaults.Size } : read;
    }

    public static void Write(string path, Preprocessor preprocessor, ModelArchitecture architecture) => JsonFile.Write(path, json =>
    {
        if (preprocessor.CropSize is { } crop)
            WriteSize(json, "crop_size", crop);
        json.WriteBoolean("do_center_crop", preprocessor.DoCenterCrop);
        json.WriteBoolean("do_normalize", preprocessor.DoNormalize);
        json.WriteBoolean("do_rescale", preprocessor.DoRescale);
        json.WriteBoolean("do_resize", preprocessor.DoResize);
        WriteNumbers(json, "image_mean", preprocessor.ImageMean);
        json.WriteString("image_processor_type", architecture == ModelArchitecture.Deit ? "DeiTImageProcessor" : "ViTImageProcessor");
        WriteNumbers(json, "image_std", preprocessor.ImageStd);
        json.WriteNumber("resample", preprocessor.Resample);
        json.WriteNumber("rescale_factor", preprocessor.RescaleFactor);
        WriteSize(json, "size", preprocessor.Size);
    });

    /// <summary>A side, or a map with height and width or with shortest_edge.</summary>
    private static PixelSize? ReadSize(JsonFile file, string key)
    {
        if (file.Find(key) is not { } value)
            return null;
        ModelFormatException Wrong() => file.Wrong(key, $"a number of pixels up to {MostPixels}, or a map with height and width or with shortest_edge");
        int? Pixels(JsonElement number) =>
            number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int pixels) && pixels is >= 1 and <= MostPixels ? pixels : throw Wrong();
        int? Member(string name) => value.TryGetProperty(name, out JsonElement member) ? Pixels(member) : null;

        if (value.ValueKind == JsonValueKind.Number)
            return PixelSize.Square(Pixels(value)!.Value);
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong();
        var size = new PixelSize(Member("height"), Member("width"), Member("shortest_edge"));
        return (size.Height is not null && size.Width is not null) || size.ShortestEdge is not null ? size : throw Wrong();
    }

    private static void WriteSize(Utf8JsonWriter json, string key, PixelSize size)
    {
        json.WriteStartObject(key);
        if (size.Height is { } height)
            json.WriteNumber("height", height);
        if (size.Width is { } width)
            json.WriteNumber("width", width);
        if (size.ShortestEdge is { } edge)
            json.WriteNumber("shortest_edge", edge);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, IReadOnlyList<double> numbers)
    {
        json.WriteStartArray(key);
        foreach (double number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
