using System.Globalization;
using System.Text.Json;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Core.Models;

/// <summary>A model's config.json. Keys that are absent have Hugging Face's defaults.</summary>
public static class VitConfigFile
{
    private const string VariantKey = "layershuffle_variant";
    private static readonly string[] DefaultLabels = ["LABEL_0", "LABEL_1"];

    /// <summary>Hugging Face's names of activations; the first of each is the one that is written.</summary>
    private static readonly (string Name, HiddenActivation Activation)[] Activations =
    [
        ("gelu", HiddenActivation.Gelu), ("gelu_python", HiddenActivation.Gelu),
        ("gelu_new", HiddenActivation.GeluTanh), ("gelu_pytorch_tanh", HiddenActivation.GeluTanh), ("gelu_python_tanh", HiddenActivation.GeluTanh),
        ("gelu_fast", HiddenActivation.GeluTanh), ("gelu_accurate", HiddenActivation.GeluTanh),
        ("quick_gelu", HiddenActivation.QuickGelu), ("relu", HiddenActivation.Relu), ("silu", HiddenActivation.Silu), ("swish", HiddenActivation.Silu),
    ];

    /// <summary>The description in a file, and which of its members the file speaks of.</summary>
    public static ModelDescription Read(string path)
    {
        using JsonFile file = JsonFile.Open(path);
        return new(Read(file), Said(file), [.. Unapplied(file)]);
    }

    /// <summary>Dropout acts in training only, and this program trains without it.</summary>
    private static IEnumerable<string> Unapplied(JsonFile file) => TimmConfig.IsTimms(file) ? TimmConfig.Unapplied(file) :
        from key in (string[])["hidden_dropout_prob", "attention_probs_dropout_prob"]
        let probability = file.Double(key, 0)
        where probability != 0
        select string.Create(CultureInfo.InvariantCulture, $"{key} {probability} in {file.Name} is not applied: models are trained without dropout here");

    /// <summary>The model that the bytes of a file describe.</summary>
    public static VitConfig Parse(byte[] bytes, string name)
    {
        using JsonFile file = JsonFile.Parse(bytes, name);
        return Read(file);
    }

    private static HashSet<string> Said(JsonFile file)
    {
        HashSet<string> said = [.. file.Root.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).Select(member => member.Name)];
        if (file.Text(VariantKey) is not null || (!TimmConfig.IsTimms(file) && ReadClass(file).Variant != ModelVariant.Standard))
            said.Add(ModelDescription.Variant); // an ordinary class name leaves the variant open
        return said;
    }

    private static VitConfig Read(JsonFile file)
    {
        VitConfig config = TimmConfig.IsTimms(file) ? TimmConfig.Describe(file) : ReadKeys(file);
        try
        {
            config.Validate();
            return config;
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{file.Name} describes an impossible model. {e.Message}", e);
        }
    }

    private static VitConfig ReadKeys(JsonFile file)
    {
        (ModelArchitecture architecture, ModelVariant variant, bool teacher) = ReadClass(file);
        IReadOnlyList<string>? labels = ReadLabels(file);
        int numLabels = labels?.Count ?? file.Int("num_labels", DefaultLabels.Length);
        (int Height, int Width) image = ReadSides(file, "image_size", 224), patch = ReadSides(file, "patch_size", 16);
        return new VitConfig
        {
            Architecture = architecture,
            Variant = variant,
            Teacher = teacher,
            ImageHeight = image.Height,
            ImageWidth = image.Width,
            PatchHeight = patch.Height,
            PatchWidth = patch.Width,
            NumChannels = file.Int("num_channels", 3),
            HiddenSize = file.Int("hidden_size", 768),
            NumHiddenLayers = file.Int("num_hidden_layers", 12),
            NumAttentionHeads = file.Int("num_attention_heads", 12),
            IntermediateSize = file.Int("intermediate_size", 3072),
            HiddenAct = ReadActivation(file),
            NumLabels = numLabels,
            Id2Label = labels,
            LayerNormEps = file.Double("layer_norm_eps", 1e-12),
            InitializerRange = file.Double("initializer_range", new VitConfig().InitializerRange),
            QkvBias = file.Bool("qkv_bias", true),
            LayerDrop = file.Double("layerdrop", new VitConfig().LayerDrop),
            PositionLossWeight = file.Double("position_loss_weight", new VitConfig().PositionLossWeight),
            PositionEmbeddingSize = file.Int("position_embedding_size", new VitConfig().PositionEmbeddingSize),
        };
    }

    /// <summary>Writes a file that appears whole or not at all.</summary>
    public static void Write(string path, VitConfig config) => Disk.Replace(path, stream => Write(stream, config));

    /// <summary>Writes the description of a model.</summary>
    public static void Write(Stream stream, VitConfig config)
    {
        IReadOnlyList<string> labels = config.Id2Label ?? [.. Enumerable.Range(0, config.NumLabels)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"LABEL_{i}"))];
        (string name, bool saysVariant) = ModelClassNames.Of(config);
        JsonFile.Write(stream, json =>
        {
            json.WriteStartArray("architectures");
            json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteNumber("attention_probs_dropout_prob", 0.0);
            json.WriteNumber("encoder_stride", config.PatchHeight);
            json.WriteString("hidden_act", Activations.First(known => known.Activation == config.HiddenAct).Name);
            json.WriteNumber("hidden_dropout_prob", 0.0);
            json.WriteNumber("hidden_size", config.HiddenSize);
            WriteLabels(json, labels);
            WriteSides(json, "image_size", config.ImageHeight, config.ImageWidth);
            json.WriteNumber("initializer_range", config.InitializerRange);
            json.WriteNumber("intermediate_size", config.IntermediateSize);
            json.WriteNumber("layer_norm_eps", config.LayerNormEps);
            if (config.Variant == ModelVariant.LayerDrop)
                json.WriteNumber("layerdrop", config.LayerDrop);
            if (!saysVariant)
                json.WriteString(VariantKey, ModelClassNames.NameOf(config.Variant));
            json.WriteString("model_type", config.Architecture == ModelArchitecture.Deit ? "deit" : "vit");
            json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
            json.WriteNumber("num_channels", config.NumChannels);
            json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
            WriteSides(json, "patch_size", config.PatchHeight, config.PatchWidth);
            if (config.Variant == ModelVariant.LayerShufflePosition)
                json.WriteNumber("position_embedding_size", config.PositionEmbeddingSize);
            if (config.Variant == ModelVariant.LayerShufflePredict)
                json.WriteNumber("position_loss_weight", config.PositionLossWeight);
            json.WriteBoolean("qkv_bias", config.QkvBias);
            json.WriteString("torch_dtype", "float32");
        });
    }

    private static void WriteLabels(Utf8JsonWriter json, IReadOnlyList<string> labels)
    {
        json.WriteStartObject("id2label");
        for (int i = 0; i < labels.Count; i++)
            json.WriteString(i.ToString(CultureInfo.InvariantCulture), labels[i]);
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        var written = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Count; i++)
        {
            if (written.Add(labels[i])) // two classes may share a name; JSON keys may not
                json.WriteNumber(labels[i], i);
        }

        json.WriteEndObject();
    }

    private static (ModelArchitecture Architecture, ModelVariant Variant, bool Teacher) ReadClass(JsonFile file)
    {
        ModelArchitecture? type = file.Text("model_type") switch
        {
            null => null,
            "vit" => ModelArchitecture.Vit,
            "deit" => ModelArchitecture.Deit,
            { } other => throw new ModelFormatException($"model_type in {file.Name} is {other}; only vit and deit are supported."),
        };
        (ModelArchitecture Architecture, ModelVariant Variant, bool Teacher) read;
        if (file.Find("architectures") is { } list)
        {
            string? name = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? JsonFile.TextOf(list[0]) : null;
            if (name is null)
                throw file.Wrong("architectures", "a list with the name of the model's class");
            if (!ModelClassNames.TryParse(name, out read.Architecture, out read.Variant, out read.Teacher))
                throw new ModelFormatException($"{file.Name} describes a {name}; supported are {ModelClassNames.Known}.");
            if (type is not null && type != read.Architecture)
                throw new ModelFormatException($"{file.Name} contradicts itself: its class is {name}, but its model_type {file.Text("model_type")}.");
        }
        else
        {
            read = (type ?? throw new ModelFormatException($"{file.Name} has neither architectures nor model_type."), ModelVariant.Standard, false);
        }

        if (file.Text(VariantKey) is { } variant)
            read.Variant = ModelClassNames.ParseVariant(variant) ?? throw file.Wrong(VariantKey, "the name of a variant");
        return read;
    }

    private static IReadOnlyList<string>? ReadLabels(JsonFile file)
    {
        if (file.Find("id2label") is not { } map)
            return null;
        if (map.ValueKind != JsonValueKind.Object)
            throw file.Wrong("id2label", "a map from class numbers to names");
        string[] labels = new string[map.GetPropertyCount()];
        foreach (JsonProperty property in map.EnumerateObject())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || id >= labels.Length || labels[id] is not null)
                throw file.Wrong("id2label", $"a map with the keys 0 to {labels.Length - 1}");
            labels[id] = JsonFile.TextOf(property.Value) ?? throw file.Wrong("id2label", "a map from class numbers to names");
        }

        return labels.Length > 0 ? labels : throw file.Wrong("id2label", "a map with at least one class");
    }

    private static HiddenActivation ReadActivation(JsonFile file)
    {
        string name = file.Text("hidden_act") ?? "gelu";
        return Activations.Where(known => known.Name == name).Select(known => (HiddenActivation?)known.Activation).FirstOrDefault()
            ?? throw new ModelFormatException($"hidden_act in {file.Name} is {name}; supported are "
                + $"{string.Join(", ", Activations.Select(known => known.Name))}.");
    }

    /// <summary>Height and width: one number for both, or a list of one or two.</summary>
    private static (int Height, int Width) ReadSides(JsonFile file, string key, int missing)
    {
        if (file.Find(key) is not { ValueKind: JsonValueKind.Array })
            return (file.Int(key, missing), file.Int(key, missing));
        double[] sides = file.Doubles(key)!;
        return sides.Length is 1 or 2 && sides.All(side => side is >= 1 and <= 8192 && side == Math.Floor(side))
            ? ((int)sides[0], (int)sides[^1])
            : throw file.Wrong(key, "a whole number, or a list of a height and a width");
    }

    private static void WriteSides(Utf8JsonWriter json, string key, int height, int width)
    {
        if (height == width)
        {
            json.WriteNumber(key, height);
            return;
        }

        json.WriteStartArray(key);
        json.WriteNumberValue(height);
        json.WriteNumberValue(width);
        json.WriteEndArray();
    }
}
