using System.Text;
using System.Text.Json;

namespace LayerShuffle.Vision.Files;

/// <summary>A model's preprocessor_config.json. Keys that are absent have the defaults of the image processor that it names.</summary>
internal static class PreprocessorFile
{
    private const int MostPixels = 65536;

    /// <summary>ConvNeXt's processor cuts nothing out from this edge on.</summary>
    private const int NoCropFrom = 384;

    private const string Rounding = "layershuffle_crop_rounding", Resizing = "layershuffle_resize";

    private static readonly string[] FilterNames = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

    private static readonly string[] Understood =
    [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "crop_pct", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std",
            "do_convert_rgb",
        "image_processor_type", "feature_extractor_type", "processor_class", "crop_mode", "max_size", Rounding, Resizing,
    ];

    /// <summary>Keys of other processors that would change pixels, with the value under which they do not.</summary>
    private static readonly (string Key, double Harmless)[] Changing =
        [("pad_size", double.NaN), ("size_divisor", 1), ("rescale_offset", 0), ("max_pixels", double.NaN), ("min_pixels", double.NaN)];

    public static Preprocessor Read(string path, VitConfig config)
    {
        using JsonFile file = JsonFile.Open(path);
        string key = file.Find("image_processor_type") is null ? "feature_extractor_type" : "image_processor_type";
        ImageProcessors processor = ImageProcessors.Find(file.Text(key), config.Architecture)
            ?? throw new ModelFormatException($"{key} in {file.Name} is {file.Text(key)}, whose steps are not known here; known are {ImageProcessors.Names}.");
        RefuseOthers(file, key);
        Preprocessor defaults = processor.Defaults;
        var read = new Preprocessor
        {
            Stated = true,
            DoResize = file.Bool("do_resize", true),
            Size = ReadSize(file, "size", processor.NumberIsSquare) ?? defaults.Size,
            Resample = file.Int("resample", defaults.Resample),
            DoCenterCrop = file.Bool("do_center_crop", defaults.DoCenterCrop),
            DoRescale = file.Bool("do_rescale", true),
            RescaleFactor = file.Double("rescale_factor", defaults.RescaleFactor),
            DoNormalize = file.Bool("do_normalize", true),
            ImageMean = PerChannel(file, "image_mean", config.NumChannels) ?? Fitting(defaults.ImageMean, config.NumChannels),
            ImageStd = PerChannel(file, "image_std", config.NumChannels) ?? Fitting(defaults.ImageStd, config.NumChannels),
            CropRoundsToEven = file.Text(Rounding) is { } rounding && (rounding == "even" ? true : throw file.Wrong(Rounding, "even")),
            PassedOver = [.. file.Root.EnumerateObject().Select(member => member.Name).Where(name => !Understood.Contains(name))],
        };
        if (!read.DoNormalize) // what is not used may have any number of channels, but says how many the model takes
            read = read with { ImageMean = Fitting(defaults.ImageMean, config.NumChannels), ImageStd = Fitting(defaults.ImageStd, config.NumChannels) };
        if (file.Text(Resizing) is { } resizing)
            read = resizing == "cover" && read.Size.Height is not null ? read with { Size = read.Size with { Covered = true } }
                : throw file.Wrong(Resizing, "cover, beside a size of height and width");
        if (read.DoCenterCrop)
            read = read with { CropSize = ReadCrop(file) ?? defaults.CropSize ?? new(config.ImageHeight, config.ImageWidth, null) };
        read = WithCropPct(file, processor, key, read);
        Check(file, read, config);
        return read;
    }

    /// <summary>What timm writes into its config.json under pretrained_cfg; null where there is none.</summary>
    public static Preprocessor? ReadTimm(string configPath, VitConfig config)
    {
        using JsonFile whole = JsonFile.Open(configPath);
        if (TimmConfig.Pretrained(whole) is not { } element)
            return null;
        using JsonFile file = JsonFile.Parse(Encoding.UTF8.GetBytes(element.GetRawText()), whole.Find("pretrained_cfg") is null ? whole.Name
            : $"pretrained_cfg of {whole.Name}");
        double share = file.Double("crop_pct", 0.875);
        if (!(share > 0 && share <= 1))
            throw file.Wrong("crop_pct", "a number greater than 0 and at most 1");
        (int high, int wide) = ((int)Math.Floor(config.ImageHeight / share), (int)Math.Floor(config.ImageWidth / share));
        var read = new Preprocessor
        {
            Stated = true,
            Size = (file.Text("crop_mode") ?? "center") switch
            {
                "center" when high == wide => PixelSize.Shortest(high),
                "center" => new(high, wide, null) { Covered = true },
                "squash" => new(high, wide, null),
                _ => throw file.Wrong("crop_mode", "center or squash"),
            },
            Resample = Array.IndexOf(FilterNames, file.Text("interpolation") ?? "bicubic"),
            DoCenterCrop = true,
            CropSize = new(config.ImageHeight, config.ImageWidth, null),
            CropRoundsToEven = true,
            ImageMean = file.Doubles("mean") ?? Fitting([0.485, 0.456, 0.406], config.NumChannels),
            ImageStd = file.Doubles("std") ?? Fitting([0.229, 0.224, 0.225], config.NumChannels),
        };
        if (read.Resample < 0)
            throw file.Wrong("interpolation", "one of " + string.Join(", ", FilterNames));
        if (file.Doubles("input_size") is { } input && !input.SequenceEqual([config.NumChannels, config.ImageHeight, config.ImageWidth]))
            throw file.Wrong("input_size", $"[{config.NumChannels}, {config.ImageHeight}, {config.ImageWidth}], which the model takes");
        if (read.ImageMean.Count != config.NumChannels || read.ImageStd.Count != config.NumChannels || read.ImageStd.Any(deviation => !(deviation > 0)))
            throw file.Wrong("mean and std", $"lists of {config.NumChannels} numbers, one for each channel");
        return read;
    }

    public static void Write(string path, Preprocessor preprocessor, ModelArchitecture architecture) => JsonFile.Write(path, json =>
    {
        if (preprocessor is { DoCenterCrop: true, CropSize: { } crop })
            WriteSize(json, "crop_size", crop);
        json.WriteBoolean("do_center_crop", preprocessor.DoCenterCrop);
        json.WriteBoolean("do_convert_rgb", preprocessor.ImageMean.Count == 3);
        json.WriteBoolean("do_normalize", preprocessor.DoNormalize);
        json.WriteBoolean("do_rescale", preprocessor.DoRescale);
        json.WriteBoolean("do_resize", preprocessor.DoResize);
        WriteNumbers(json, "image_mean", preprocessor.ImageMean);
        json.WriteString("image_processor_type", ProcessorOf(preprocessor, architecture));
        WriteNumbers(json, "image_std", preprocessor.ImageStd);
        if (preprocessor.CropRoundsToEven)
            json.WriteString(Rounding, "even");
        if (preprocessor is { DoResize: true, Size.Covered: true })
            json.WriteString(Resizing, "cover");
        json.WriteNumber("resample", preprocessor.Resample);
        json.WriteNumber("rescale_factor", preprocessor.RescaleFactor);
        if (preprocessor.DoResize)
            WriteSize(json, "size", preprocessor.Size);
    });

    /// <summary>The processor that does these steps: ViT's cuts nothing out, DeiT's wants height and width, BiT's does the rest.</summary>
    private static string ProcessorOf(Preprocessor preprocessor, ModelArchitecture architecture) =>
        preprocessor is { DoResize: true, Size.Height: null } || (preprocessor.DoCenterCrop && architecture == ModelArchitecture.Vit) ? "BitImageProcessor"
        : architecture == ModelArchitecture.Deit ? "DeiTImageProcessor" : "ViTImageProcessor";

    private static void RefuseOthers(JsonFile file, string typeKey)
    {
        ModelFormatException Cannot(string key) =>
            new($"{key} in {file.Name} asks for something that is not done here. Remove it, or prepare the images with it and set it to false.");
        foreach (JsonProperty member in file.Root.EnumerateObject())
        {
            if (member.Name.StartsWith("do_", StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.True && !Understood.Contains(member.Name)
                && member.Name != "do_reduce_labels")
                throw Cannot(member.Name);
        }

        foreach ((string key, double harmless) in Changing)
        {
            if (file.Find(key) is { } value && !(value.ValueKind == JsonValueKind.Number && value.GetDouble() == harmless))
                throw Cannot(key);
        }

        if (file.Find("crop_mode") is not null && file.Text("crop_mode") != "center")
            throw file.Wrong("crop_mode", "center");
        if (file.Find("max_size") is not null)
            throw new ModelFormatException($"max_size in {file.Name} is an old word. Write size as {{\"shortest_edge\": …, \"longest_edge\": …}} (of a "
                + $"{file.Text(typeKey) ?? "ViTImageProcessor"}) instead.");
    }

    /// <summary>The shorter edge is resized to size ÷ crop_pct, and a square of the size is cut out.</summary>
    private static Preprocessor WithCropPct(JsonFile file, ImageProcessors processor, string typeKey, Preprocessor read)
    {
        bool own = processor.CropPct is not null;
        if (!read.DoResize || (file.Find("crop_pct") is null && !own))
            return read;
        double share = file.Double("crop_pct", processor.CropPct ?? 1);
        if (!(share > 0 && share <= 1))
            throw file.Wrong("crop_pct", "a number greater than 0 and at most 1");
        if (read.Size.LongestEdge is not null || (read.Size.Height is { } height && height != read.Size.Width))
            throw file.Wrong("size", "a number of pixels, or a map with shortest_edge, where there is a crop_pct");
        int edge = read.Size.ShortestEdge ?? read.Size.Height!.Value;
        if (own && edge >= NoCropFrom)
            return read with { Size = PixelSize.Square(edge) };
        if (read.DoCenterCrop && file.Find("crop_size") is not null && read.CropSize != PixelSize.Square(edge))
            throw file.Wrong("crop_pct", "absent where crop_size says what is cut out");
        int resized = (int)(edge / share);
        return resized > MostPixels
            ? throw file.Wrong("crop_pct", $"so large that size ÷ crop_pct is at most {MostPixels}")
            : read with
            {
                Size = PixelSize.Shortest(resized),
                DoCenterCrop = true,
                CropSize = PixelSize.Square(edge),
                CropRoundsToEven = file.Find(typeKey) is null
            };
    }

    private static void Check(JsonFile file, Preprocessor read, VitConfig config)
    {
        if (read.Resample is < 0 or > 5)
            throw file.Wrong("resample", "a filter's number, 0 to 5");
        if (read.DoRescale && !(read.RescaleFactor > 0))
            throw file.Wrong("rescale_factor", "a positive number");
        if (file.Bool("do_convert_rgb", false) && config.NumChannels != 3)
            throw new ModelFormatException($"do_convert_rgb in {file.Name} makes three channels, but num_channels in config.json is {config.NumChannels}. "
                + "Correct one of the two.");
        if (read.DoNormalize && read.ImageMean.Count != config.NumChannels)
            throw file.Wrong("image_mean", $"a list of {config.NumChannels} numbers, one for each channel");
        if (read.DoNormalize && (read.ImageStd.Count != config.NumChannels || read.ImageStd.Any(deviation => !(deviation > 0))))
            throw file.Wrong("image_std", $"a list of {config.NumChannels} positive numbers, one for each channel");
    }

    /// <summary>A number for all channels, or a list; null where there is none.</summary>
    private static IReadOnlyList<double>? PerChannel(JsonFile file, string key, int channels) =>
        file.Find(key) is { ValueKind: JsonValueKind.Number } ? [.. Enumerable.Repeat(file.Double(key, 0), channels)] : file.Doubles(key);

    /// <summary>Defaults for three channels; where the model has another number, their mean.</summary>
    private static IReadOnlyList<double> Fitting(IReadOnlyList<double> defaults, int channels) =>
        channels == defaults.Count ? defaults : [.. Enumerable.Repeat(defaults.Average(), channels)];

    private static PixelSize? ReadCrop(JsonFile file) =>
        ReadSize(file, "crop_size", numberIsSquare: true) is not { } size ? null
        : size.Height is null ? throw file.Wrong("crop_size", "a number of pixels, or a map with height and width")
        : size;

    /// <summary>A side or an edge, two sides in a list, or a map with height and width or with shortest_edge (and longest_edge).</summary>
    private static PixelSize? ReadSize(JsonFile file, string key, bool numberIsSquare)
    {
        if (file.Find(key) is not { } value)
            return null;
        ModelFormatException Wrong() =>
            file.Wrong(key, $"a number of pixels up to {MostPixels}, or a map with height and width or with shortest_edge, to which longest_edge may be added");
        int Pixels(JsonElement number) =>
            number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int pixels) && pixels is >= 1 and <= MostPixels ? pixels : throw Wrong();

        if (value.ValueKind == JsonValueKind.Number)
            return numberIsSquare ? PixelSize.Square(Pixels(value)) : PixelSize.Shortest(Pixels(value));
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2)
            return new(Pixels(value[0]), Pixels(value[1]), null);
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong();
        var sides = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            sides[member.Name] = Pixels(member.Value);
        return string.Join(' ', sides.Keys) switch
        {
            "height width" => new(sides["height"], sides["width"], null),
            "shortest_edge" => PixelSize.Shortest(sides["shortest_edge"]),
            "longest_edge shortest_edge" when sides["longest_edge"] >= sides["shortest_edge"] => new(null, null, sides["shortest_edge"], sides["longest_edge"]),
            _ => throw Wrong(),
        };
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
        if (size.LongestEdge is { } longest)
            json.WriteNumber("longest_edge", longest);
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
