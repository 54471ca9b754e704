using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Inference;

/// <summary>Runs a model on images in a given order and keeps what its layers did to the class token.</summary>
public static class Predictor
{
    /// <summary>Runs the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pixelValues">[batch, channels, height, width], floating point; brought to the model's device and type.</param>
    /// <param name="order">Layer ids in execution order; a subset prunes.</param>
    /// <returns>Tensors on the model's device; the caller disposes them.</returns>
    /// <exception cref="ModelFormatException">The order or the images do not fit the model.</exception>
    public static PredictOutput Run(VisionTransformer model, Tensor pixelValues, IReadOnlyList<int> order)
    {
        VitConfig config = model.Config;
        LayerOrder.Check(order, config.NumHiddenLayers);
        CheckPixels(pixelValues, config);
        bool predicts = config.Variant == ModelVariant.LayerShufflePredict;

        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        List<Tensor> classTokens = [], positionLogits = [];
        Tensor pixels = pixelValues.to(model.Embeddings.DataType, model.Device);
        Tensor h = model.Embeddings.Forward(pixels);                                             // [b, n, d]
        classTokens.Add(h.select(1, 0).clone());                                                 // [b, d]
        for (int i = 0; i < order.Count; i++)
        {
            EncoderLayer layer = model.Layers[order[i]];
            using Tensor before = h;
            h = layer.Forward(before, model.Embeddings.PositionEmbedding(i));                    // [b, n, d]
            classTokens.Add(h.select(1, 0).clone());                                             // [b, d]
            if (predicts)
                positionLogits.Add(layer.PredictPosition(h));                                    // [b, L]
        }

        Tensor states = stack(classTokens);                                                      // [k+1, b, d]
        Tensor moved = states.narrow(0, 1, order.Count) - states.narrow(0, 0, order.Count);      // [k, b, d]
        Tensor? positions = !predicts ? null
            : positionLogits.Count > 0 ? cat(positionLogits, 0)                                  // [k·b, L]
            : zeros([0, config.NumHiddenLayers], dtype: model.Embeddings.DataType, device: model.Device);
        return new(
            model.Head.Forward(h).MoveToOuterDisposeScope(),
            states.MoveToOuterDisposeScope(),
            linalg.vector_norm(moved, dims: [-1]).MoveToOuterDisposeScope(),
            positions?.MoveToOuterDisposeScope());
    }

    private static void CheckPixels(Tensor pixels, VitConfig config)
    {
        long[] shape = pixels.shape;
        if (shape.Length != 4)
            throw new ModelFormatException("pixel_values must have four dimensions, [batch, channels, height, width], but has the shape "
                + $"[{string.Join(", ", shape)}].");
        if (!pixels.is_floating_point())
            throw new ModelFormatException($"pixel_values must hold floating-point numbers, not {pixels.dtype}; normalise the images first.");
        if (shape[0] == 0)
            throw new ModelFormatException("pixel_values holds no images.");
        if (shape[1] != config.NumChannels)
            throw new ModelFormatException($"pixel_values has {shape[1]} channels, but the model wants {config.NumChannels}.");
        if (shape[2] != config.ImageHeight || shape[3] != config.ImageWidth)
            throw new ModelFormatException($"pixel_values holds images of {shape[2]}×{shape[3]} pixels, but the model wants "
                + $"{config.ImageHeight}×{config.ImageWidth}.");
    }
}
