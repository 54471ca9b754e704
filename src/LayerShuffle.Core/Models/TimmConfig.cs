using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LayerShuffle.Core.Models;

/// <summary>
/// timm's own config.json: instead of a model's sizes it has the name of an architecture (<c>vit_tiny_patch16_224</c>), and beside it what was changed of that
/// (<c>model_args</c>) and how images are prepared (<c>pretrained_cfg</c>).
/// </summary>
public static partial class TimmConfig
{
    private const string Pretraining = "pretrained_cfg", Arguments = "model_args";

    /// <summary>The sizes that the names stand for: width, layers, heads, and the width of the feed-forward part.</summary>
    private static readonly OrderedDictionary<string, (int Width, int Layers, int Heads, int Wide)> Sizes = new(StringComparer.Ordinal)
    {
        ["tiny"] = (192, 12, 3, 768),
        ["small"] = (384, 12, 6, 1536),
        ["base"] = (768, 12, 12, 3072),
        ["large"] = (1024, 24, 16, 4096),
        ["huge"] = (1280, 32, 16, 5120),
        ["giant"] = (1408, 40, 16, 6144),
        ["gigantic"] = (1664, 48, 16, 8192),
    };

    /// <summary>Words of timm's own.</summary>
    private static readonly string[] Words = ["architecture", Pretraining, "num_classes"];

    /// <summary>Arguments that act in training only, which is done without them here.</summary>
    private static readonly string[] Drops = ["drop_rate", "pos_drop_rate", "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate"];

    private static readonly string[] Read = ["img_size", "patch_size", "in_chans", "num_classes", "embed_dim", "depth", "num_heads", "mlp_ratio", "qkv_bias",
        "act_layer", "pretrained"];

    /// <summary>Arguments that would make another model, with the values under which they do not (null and false aside).</summary>
    private static readonly Dictionary<string, string[]> Harmless = new(StringComparer.Ordinal)
    {
        ["global_pool"] = ["token", ""],
        ["class_token"] = ["True"],
        ["pos_embed"] = ["learn"],
        ["weight_init"] = ["", "jax", "moco", "skip", "reset"],
        ["fix_init"] = ["True"],
        ["strict_img_size"] = ["True"],
        ["reg_tokens"] = ["0"],
    };

    /// <summary>Whether a config.json is timm's alone: it has timm's words and none of transformers'.</summary>
    public static bool IsTimms(JsonFile file) =>
        file.Find("architectures") is null && file.Find("model_type") is null && Words.Any(word => file.Find(word) is not null);

    /// <summary>What says how images are prepared: <c>pretrained_cfg</c>, or in older files the file itself; null where there is nothing of timm's.</summary>
    public static JsonElement? Pretrained(JsonFile file) =>
        file.Find(Pretraining) is { ValueKind: JsonValueKind.Object } inner ? inner : IsTimms(file) && file.Find("input_size") is not null ? file.Root : null;

    /// <summary>The model, before it is judged.</summary>
    /// <exception cref="ModelFormatException">It is none that is known here; the message says what to write.</exception>
    public static VitConfig Describe(JsonFile file)
    {
        string name = file.Text("architecture") ?? throw Unknown(file, "has no architecture");
        Match match = Name().Match(name);
        bool distilled = match.Groups["distilled"].Success, deit = match.Groups["family"].Value == "deit";
        if (!match.Success || (distilled && !deit) || (deit && match.Groups["size"].Value is not ("tiny" or "small" or "base")))
            throw Unknown(file,
                $"has the architecture {name}, which is not among those that are known here "
                    + $"({string.Join(", ", Sizes.Keys.Select(size => $"vit_{size}_patchN_SIZE"))}, deit_tiny_patch16_224 and its like, also distilled)");
        using JsonFile arguments = Sub(file, Arguments);
        CheckArguments(file, arguments);
        (int width, int layers, int heads, int wide) = Sizes[match.Groups["size"].Value];
        (int channels, (int Height, int Width) image) = Input(file, arguments, Number(match, "image"));
        (int Height, int Width) patch = Sides(arguments, "patch_size") ?? (Number(match, "patch"), Number(match, "patch"));
        string[]? labels = Labels(file);
        int classes = arguments.Int("num_classes", file.Int("num_classes", labels?.Length ?? 0)), hidden = arguments.Int("embed_dim", width);
        return new VitConfig
        {
            Architecture = distilled ? ModelArchitecture.Deit : ModelArchitecture.Vit, // without distillation timm's DeiT is a plain ViT
            Teacher = distilled,
            ImageHeight = image.Height,
            ImageWidth = image.Width,
            PatchHeight = patch.Height,
            PatchWidth = patch.Width,
            NumChannels = channels,
            HiddenSize = hidden,
            NumHiddenLayers = arguments.Int("depth", layers),
            NumAttentionHeads = arguments.Int("num_heads", heads),
            IntermediateSize = arguments.Find("mlp_ratio") is null && hidden == width ? wide : (int)(hidden * arguments.Double("mlp_ratio", 4)),
            HiddenAct = Activation(arguments),
            QkvBias = arguments.Bool("qkv_bias", !match.Groups["miil"].Success),
            LayerNormEps = 1e-6,
            NumLabels = classes > 0 ? classes : labels?.Length ?? 2, // 0: a backbone, whose head is missing whatever stands here
            Id2Label = classes > 0 || labels is not null ? labels : null,
        };
    }

    /// <summary>Sentences about what the file says and this program does not do.</summary>
    public static IEnumerable<string> Unapplied(JsonFile file)
    {
        using JsonFile arguments = Sub(file, Arguments);
        foreach (string key in Drops)
        {
            if (arguments.Double(key, 0) is not 0 and var probability)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{key} {probability} in {file.Name} is not applied: models are trained without dropout here");
        }
    }

    private static void CheckArguments(JsonFile file, JsonFile arguments)
    {
        foreach (JsonProperty argument in arguments.Root.EnumerateObject())
        {
            bool changes = argument.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && !Read.Contains(argument.Name)
                && !Drops.Contains(argument.Name);
            if (changes && !(Harmless.TryGetValue(argument.Name, out string[]? values) && values.Contains(argument.Value.ToString())))
                throw Unknown(file, $"changes {argument.Name} of its architecture to {argument.Value}, which is not done here");
            if (argument is { Name: "class_token", Value.ValueKind: JsonValueKind.False })
                throw Unknown(file, "changes class_token of its architecture to false, which is not done here");
        }

        if (file.Text("global_pool") is { } pool && !Harmless["global_pool"].Contains(pool))
            throw Unknown(file, $"says that tokens are pooled (global_pool {pool}), which is not done here");
    }

    private static (int Channels, (int Height, int Width) Image) Input(JsonFile file, JsonFile arguments, int side)
    {
        double[]? input = null;
        if (Pretrained(file) is { } element)
        {
            using JsonFile pretrained = JsonFile.Parse(JsonSerializer.SerializeToUtf8Bytes(element), $"{Pretraining} of {file.Name}");
            input = pretrained.Doubles("input_size");
            if (input is not null && (input.Length != 3 || input.Any(size => size is not (>= 1 and <= 8192) || size != Math.Floor(size))))
                throw pretrained.Wrong("input_size", "a list of channels, height and width");
        }

        (int, int) image = Sides(arguments, "img_size") ?? (input is null ? (side, side) : ((int)input[1], (int)input[2]));
        return (arguments.Int("in_chans", input is null ? 3 : (int)input[0]), image);
    }

    private static (int Height, int Width)? Sides(JsonFile file, string key)
    {
        if (file.Find(key) is not { ValueKind: JsonValueKind.Array })
            return file.Find(key) is null ? null : (file.Int(key, 0), file.Int(key, 0));
        double[] sides = file.Doubles(key)!;
        return sides.Length == 2 && sides.All(size => size is >= 1 and <= 8192 && size == Math.Floor(size)) ? ((int)sides[0], (int)sides[1])
            : throw file.Wrong(key, "a whole number, or a list of a height and a width");
    }

    private static HiddenActivation Activation(JsonFile arguments) => arguments.Text("act_layer") switch
    {
        null or "gelu" => HiddenActivation.Gelu,
        "gelu_tanh" => HiddenActivation.GeluTanh,
        "quick_gelu" or "quickgelu" => HiddenActivation.QuickGelu,
        "relu" => HiddenActivation.Relu,
        "silu" or "swish" => HiddenActivation.Silu,
        _ => throw arguments.Wrong("act_layer", "gelu, gelu_tanh, quick_gelu, relu or silu"),
    };

    /// <summary>The names of the classes, a list; newer files call it label_names, older ones labels.</summary>
    private static string[]? Labels(JsonFile file)
    {
        string key = file.Find("label_names") is null ? "labels" : "label_names";
        return file.Find(key) is not { } list ? null
            : list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                ? [.. list.EnumerateArray().Select(item => JsonFile.TextOf(item) ?? throw file.Wrong(key, "a list of texts"))]
            : throw file.Wrong(key, "a list of texts");
    }

    private static JsonFile Sub(JsonFile file, string key) =>
        file.Find(key) is not { } element ? JsonFile.Parse("{}"u8.ToArray(), $"{key} of {file.Name}")
        : element.ValueKind == JsonValueKind.Object ? JsonFile.Parse(JsonSerializer.SerializeToUtf8Bytes(element), $"{key} of {file.Name}")
        : throw file.Wrong(key, "a map");

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The refusal, with the very line to write: numbers that the file gives stand in it.</summary>
    private static ModelFormatException Unknown(JsonFile file, string what)
    {
        string Known(string key) => file.Find(key) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : "…";
        string image = Pretrained(file) is { } pretrained && pretrained.TryGetProperty("input_size", out JsonElement input)
            && input.ValueKind == JsonValueKind.Array && input.GetArrayLength() == 3 ? input[1].GetRawText() : "…";
        return new($"{file.Name} is timm's and {what}. If it is a plain ViT or DeiT (a class token, no pooling of tokens, no layer scale), add its sizes to "
            + $"the file in Hugging Face's words, and leave {Pretraining} in it: "
            + $"\"model_type\": \"vit\", \"image_size\": {image}, \"patch_size\": …, \"hidden_size\": {Known("num_features")}, \"num_hidden_layers\": …, "
            + "\"num_attention_heads\": …, \"intermediate_size\": …, "
            + $"\"layer_norm_eps\": 1e-6, \"num_labels\": {Known("num_classes")} (\"deit\" where it has a distillation token). The weights may keep timm's "
            + "names.");
    }

    [GeneratedRegex(@"^(?<family>vit|deit)_(?<size>tiny|small|base|large|huge|giant|gigantic)(?<distilled>_distilled)?_patch(?<patch>\d{1,3})_"
        + @"(?<image>\d{1,4})(?<miil>_miil)?(_in21k)?(\.\w+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
