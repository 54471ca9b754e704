namespace LayerShuffle.Core.Models;

/// <summary>The tensors of a model, told from its description alone: what a checkpoint must hold.</summary>
internal static class VitTensors
{
    private const string PositionEmbeddings = "embeddings.position_embeddings";

    /// <summary>The name of the position embeddings <c>[1, tokens, hidden]</c>.</summary>
    public static string Positions(VitConfig config) => HuggingFaceNames.Full(config.Architecture, PositionEmbeddings);

    /// <summary>All tensors.</summary>
    public static IEnumerable<VitTensor> Of(VitConfig config)
    {
        ModelArchitecture architecture = config.Architecture;
        foreach (VitTensor tensor in Embeddings(config))
            yield return tensor with { Name = HuggingFaceNames.Full(architecture, tensor.Name) };
        for (int layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            foreach (VitTensor tensor in Layer(config))
                yield return tensor with { Name = HuggingFaceNames.Full(architecture, layer, tensor.Name) };
        }

        foreach (VitTensor tensor in Head(config))
            yield return tensor with { Name = HuggingFaceNames.Full(architecture, tensor.Name) };
    }

    private static IEnumerable<VitTensor> Embeddings(VitConfig config)
    {
        long d = config.HiddenSize;
        yield return new("embeddings.cls_token", [1, 1, d]);
        if (config.Architecture == ModelArchitecture.Deit)
            yield return new("embeddings.distillation_token", [1, 1, d]);
        yield return new(PositionEmbeddings, [1, config.Tokens, d]);
        yield return new("embeddings.patch_embeddings.projection.weight", [d, config.NumChannels, config.PatchHeight, config.PatchWidth]);
        yield return new("embeddings.patch_embeddings.projection.bias", [d]);
        if (config.Variant == ModelVariant.LayerShufflePosition)
            yield return new(HuggingFaceNames.LayerPositions, [config.NumHiddenLayers, config.PositionEmbeddingSize], OfVariant: true);
    }

    private static IEnumerable<VitTensor> Layer(VitConfig config)
    {
        long d = config.HiddenSize, wide = config.IntermediateSize;
        foreach (string third in (string[])["query", "key", "value"])
        {
            yield return new($"attention.attention.{third}.weight", [d, d]);
            if (config.QkvBias)
                yield return new($"attention.attention.{third}.bias", [d]);
        }

        foreach ((string map, long outputs, long inputs) in ((string, long, long)[])[("attention.output.dense", d, d), ("intermediate.dense", wide, d),
            ("output.dense", d, wide)])
        {
            yield return new(map + ".weight", [outputs, inputs]);
            yield return new(map + ".bias", [outputs]);
        }

        foreach (string norm in (string[])["layernorm_before", "layernorm_after"])
        {
            yield return new(norm + ".weight", [d]);
            yield return new(norm + ".bias", [d]);
        }

        if (config.Variant is not (ModelVariant.LayerShufflePosition or ModelVariant.LayerShufflePredict))
            yield break;
        bool told = config.Variant == ModelVariant.LayerShufflePosition;
        string net = told ? HuggingFaceNames.PositionProjection : HuggingFaceNames.PositionPredictor;
        long from = told ? d + config.PositionEmbeddingSize : d, to = told ? d : config.NumHiddenLayers;
        yield return new(net + "0.weight", [from], OfVariant: true);
        yield return new(net + "0.bias", [from], OfVariant: true);
        yield return new(net + "1.weight", [to, from], OfVariant: true);
        yield return new(net + "1.bias", [to], OfVariant: true);
    }

    private static IEnumerable<VitTensor> Head(VitConfig config)
    {
        yield return new("layernorm.weight", [config.HiddenSize]);
        yield return new("layernorm.bias", [config.HiddenSize]);
        string[] heads = config.Teacher ? [HuggingFaceNames.ClassHead, HuggingFaceNames.DistillationHead] : [HuggingFaceNames.Classifier];
        foreach (string head in heads)
        {
            yield return new(head + "weight", [config.NumLabels, config.HiddenSize], OfHead: true);
            yield return new(head + "bias", [config.NumLabels], OfHead: true);
        }
    }
}

/// <summary>A tensor that a model has.</summary>
/// <param name="Name">Its full name, as Hugging Face's transformers 4 writes it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="OfVariant">Whether only this variant of the model has it.</param>
/// <param name="OfHead">Whether it belongs to a classifier.</param>
internal sealed record VitTensor(string Name, long[] Shape, bool OfVariant = false, bool OfHead = false);
