using System.Text.Json;

namespace LayerShuffle.Scenarios;

/// <summary>Reads the config.json of a Hugging Face folder: its sizes win over the scenario's.</summary>
internal static class CheckpointConfig
{
    private const long MaximumBytes = 1 << 20;

    /// <summary>The model with the checkpoint's sizes, or null where they cannot be read.</summary>
    public static ModelSpec? Apply(ModelSpec model, ScenarioNode checkpoint, MistakeList mistakes, MistakeList warnings)
    {
        FileInfo file = new(Path.Combine(model.Checkpoint!, "config.json"));
        if (!file.Exists)
        {
            warnings.Add(checkpoint, $"there is no {file.FullName}: the run will need it");
            return null;
        }

        try
        {
            if (file.Length > MaximumBytes)
                throw new JsonException("larger than 1 MiB");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new JsonException("not an object");
            string type = root.TryGetProperty("model_type", out JsonElement given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : model.Architecture;
            return model with
            {
                Architecture = type is "vit" or "deit" ? type : model.Architecture,
                ImageSize = Size(root, "image_size", model.ImageSize),
                PatchSize = Size(root, "patch_size", model.PatchSize),
                HiddenSize = Size(root, "hidden_size", model.HiddenSize),
                NumHiddenLayers = Size(root, "num_hidden_layers", model.NumHiddenLayers),
                NumAttentionHeads = Size(root, "num_attention_heads", model.NumAttentionHeads),
                IntermediateSize = Size(root, "intermediate_size", model.IntermediateSize),
                PositionEmbeddingSize = Size(root, "position_embedding_size", model.PositionEmbeddingSize),
                QkvBias = !root.TryGetProperty("qkv_bias", out JsonElement biased) || biased.ValueKind != JsonValueKind.False,
            };
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            mistakes.Add(checkpoint, $"{file.FullName} cannot be read: {e.Message}", "the config.json of a Hugging Face model");
            return null;
        }
    }

    private static int Size(JsonElement root, string key, int otherwise)
    {
        if (!root.TryGetProperty(key, out JsonElement element))
            return otherwise;
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int value) || value is < 1 or > 1_000_000)
            throw new JsonException($"its {key} is not a size");
        return value;
    }
}
