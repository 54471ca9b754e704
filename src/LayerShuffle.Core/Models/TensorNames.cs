using System.Globalization;

namespace LayerShuffle.Core.Models;

/// <summary>
/// Names under which checkpoints hold the tensors of one and the same model: those of transformers 4 (which are ours), of transformers 5
/// (<c>layers.N.attention.q_proj</c>, <c>mlp.fc1</c>) and of timm (<c>blocks.N.attn.qkv</c>), with or without the prefixes that wrappers leave.
/// </summary>
internal static class TensorNames
{
    /// <summary>What wrappers put before a name: DataParallel, Lightning and the like, torch.compile, PEFT.</summary>
    private static readonly string[] Wrappers = ["module.", "model.", "_orig_mod.", "base_model."];
    private static readonly string[] Backbones = ["vit.", "deit."];
    private static readonly string[] LayerLists = ["encoder.layer.", "encoder.layers.", "layers.", "blocks."];
    private static readonly string[] Thirds = ["query", "key", "value"];

    /// <summary>Buffers and parts that classification does not use.</summary>
    private static readonly string[] Idle = ["embeddings.mask_token", "mask_token", "embeddings.position_ids", "position_ids"];

    /// <summary>Maps of transformers 5 and timm, without <c>weight</c> and <c>bias</c>, and what transformers 4 calls them.</summary>
    private static readonly Dictionary<string, string> InLayer = new(StringComparer.Ordinal)
    {
        ["attention.q_proj"] = "attention.attention.query",
        ["attention.k_proj"] = "attention.attention.key",
        ["attention.v_proj"] = "attention.attention.value",
        ["attention.o_proj"] = "attention.output.dense",
        ["mlp.fc1"] = "intermediate.dense",
        ["mlp.fc2"] = "output.dense",
        ["attn.proj"] = "attention.output.dense",
        ["norm1"] = "layernorm_before",
        ["norm2"] = "layernorm_after",
    };

    private static readonly Dictionary<string, string> Around = new(StringComparer.Ordinal)
    {
        ["cls_token"] = "embeddings.cls_token",
        ["dist_token"] = "embeddings.distillation_token",
        ["pos_embed"] = "embeddings.position_embeddings",
        ["patch_embed.proj.weight"] = "embeddings.patch_embeddings.projection.weight",
        ["patch_embed.proj.bias"] = "embeddings.patch_embeddings.projection.bias",
        ["norm.weight"] = "layernorm.weight",
        ["norm.bias"] = "layernorm.bias",
        ["head_dist.weight"] = HuggingFaceNames.DistillationHead + "weight",
        ["head_dist.bias"] = HuggingFaceNames.DistillationHead + "bias",
    };

    /// <summary>The tensors of a model that a tensor of a file holds: one, or three where queries, keys and values are one map.</summary>
    /// <param name="name">The name in the file.</param>
    /// <param name="config">The model.</param>
    /// <returns>Our full names; the name itself where it is not known.</returns>
    public static string[] Meanings(string name, VitConfig config)
    {
        string bare = Bare(name);
        foreach (string list in LayerLists)
        {
            if (bare.StartsWith(list, StringComparison.Ordinal) && TakeLayer(bare[list.Length..], out int layer, out string inner))
                return [.. OfLayer(inner).Select(relative => HuggingFaceNames.Full(config.Architecture, layer, relative))];
        }

        if (bare is "head.weight" or "head.bias") // timm's only head, or the first of two
            return [(config.Teacher ? HuggingFaceNames.ClassHead : HuggingFaceNames.Classifier) + bare["head.".Length..]];
        return [HuggingFaceNames.Full(config.Architecture, Around.GetValueOrDefault(bare, bare))];
    }

    /// <summary>Whether classification has no use for the tensor: a pooler, the token or the decoder of masked images, the numbers of positions.</summary>
    public static bool IsIdle(string name)
    {
        string bare = Bare(name);
        return Idle.Contains(bare) || bare.StartsWith("pooler.", StringComparison.Ordinal) || bare.StartsWith("decoder.", StringComparison.Ordinal);
    }

    private static string Bare(string name)
    {
        while (Wrappers.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } wrapper)
            name = name[wrapper.Length..];
        return Backbones.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } backbone ? name[backbone.Length..] : name;
    }

    private static bool TakeLayer(string rest, out int layer, out string inner)
    {
        int dot = rest.IndexOf('.', StringComparison.Ordinal);
        layer = 0;
        inner = dot < 0 ? "" : rest[(dot + 1)..];
        return dot > 0 && int.TryParse(rest.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out layer);
    }

    private static IEnumerable<string> OfLayer(string inner)
    {
        int dot = inner.LastIndexOf('.');
        string map = dot < 0 ? inner : inner[..dot], kind = dot < 0 ? "" : inner[dot..];
        return map == "attn.qkv" ? Thirds.Select(third => $"attention.attention.{third}{kind}") : [InLayer.GetValueOrDefault(map, map) + kind];
    }
}

/// <summary>Where a checkpoint has a tensor of a model.</summary>
/// <param name="Tensor">The checkpoint's tensor.</param>
/// <param name="Third">Which third of it; null for the whole.</param>
public sealed record TensorPlace(SafeTensorsEntry Tensor, int? Third)
{
    /// <summary>The shape of the part; no shape at all where the tensor has no three thirds.</summary>
    public long[] Shape =>
        Third is null ? Tensor.Shape
        : Tensor.Shape is [long first, ..] && first % 3 == 0 ? [first / 3, .. Tensor.Shape[1..]]
        : [-1];

    /// <summary>The shape that the whole tensor should have, so that its part has this one.</summary>
    public long[] Whole(long[] part) => Third is null ? part : [3 * part[0], .. part[1..]];
}
