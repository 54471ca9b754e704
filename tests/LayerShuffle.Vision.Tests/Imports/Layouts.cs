using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Imports;

/// <summary>Under which names checkpoints of various origins hold the weights of a <see cref="PlainVit"/>.</summary>
internal static class Layouts
{
    public static IReadOnlyList<string> All { get; } =
    [
        "transformers 4", "transformers 4 without prefix", "transformers 4 behind model.", "transformers 5", "transformers 5 without prefix",
            "transformers 5 behind module.model.",
        "timm", "timm behind module.",
    ];

    public static Dictionary<string, Tensor> Named(string layout, PlainVit model, IReadOnlyDictionary<string, Tensor> weights)
    {
        string wrapper = layout.Contains("behind ", StringComparison.Ordinal) ? layout[(layout.IndexOf("behind ", StringComparison.Ordinal) + 7)..] : "";
        string prefix = layout.StartsWith("timm", StringComparison.Ordinal) || layout.Contains("without", StringComparison.Ordinal) ? "" : model.Deit ? "deit."
            : "vit.";
        Func<string, string> rename = layout.StartsWith("timm", StringComparison.Ordinal) ? Timm
            : name => HuggingFace(name, layout.Contains(" 5", StringComparison.Ordinal), model.Teacher);
        var named = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in layout.StartsWith("timm", StringComparison.Ordinal) ? Fused(weights) : weights)
            named.Add(wrapper + (name.StartsWith("head", StringComparison.Ordinal) ? "" : prefix) + rename(name), tensor);
        return named;
    }

    private static string HuggingFace(string name, bool five, bool teacher)
    {
        (string? layer, string part, string kind) = Split(name);
        string own = part switch
        {
            "cls" => "embeddings.cls_token",
            "dist" => "embeddings.distillation_token",
            "pos" => "embeddings.position_embeddings",
            "patch" => "embeddings.patch_embeddings.projection",
            "norm" => "layernorm",
            "head" => teacher ? "cls_classifier" : "classifier",
            "head2" => "distillation_classifier",
            "q" => five ? "attention.q_proj" : "attention.attention.query",
            "k" => five ? "attention.k_proj" : "attention.attention.key",
            "v" => five ? "attention.v_proj" : "attention.attention.value",
            "o" => five ? "attention.o_proj" : "attention.output.dense",
            "up" => five ? "mlp.fc1" : "intermediate.dense",
            "down" => five ? "mlp.fc2" : "output.dense",
            "before" => "layernorm_before",
            "after" => "layernorm_after",
            _ => throw new ArgumentException(name),
        };
        return (layer is null ? "" : $"{(five ? "layers" : "encoder.layer")}.{layer}.") + own + kind;
    }

    private static string Timm(string name)
    {
        (string? layer, string part, string kind) = Split(name);
        string own = part switch
        {
            "cls" => "cls_token",
            "dist" => "dist_token",
            "pos" => "pos_embed",
            "patch" => "patch_embed.proj",
            "norm" => "norm",
            "head" => "head",
            "head2" => "head_dist",
            "qkv" => "attn.qkv",
            "o" => "attn.proj",
            "up" => "mlp.fc1",
            "down" => "mlp.fc2",
            "before" => "norm1",
            "after" => "norm2",
            _ => throw new ArgumentException(name),
        };
        return (layer is null ? "" : $"blocks.{layer}.") + own + kind;
    }

    private static Dictionary<string, Tensor> Fused(IReadOnlyDictionary<string, Tensor> weights)
    {
        var fused = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in weights)
        {
            (string? layer, string part, _) = Split(name);
            if (part == "q")
                fused.Add(name.Replace(".q.", ".qkv.", StringComparison.Ordinal),
                    cat([tensor, weights[name.Replace(".q.", ".k.", StringComparison.Ordinal)],
                    weights[name.Replace(".q.", ".v.", StringComparison.Ordinal)]]));
            else if (layer is null || part is not ("k" or "v"))
                fused.Add(name, tensor);
        }

        return fused;
    }

    /// <summary><c>2.q.w</c> is the weight of part q of layer 2.</summary>
    private static (string? Layer, string Part, string Kind) Split(string name)
    {
        string[] parts = name.Split('.');
        string kind = parts[^1] switch { "w" => ".weight", "b" => ".bias", _ => "" };
        string[] rest = kind.Length > 0 ? parts[..^1] : parts;
        return rest.Length == 2 ? (rest[0], rest[1], kind) : (null, rest[0], kind);
    }
}
