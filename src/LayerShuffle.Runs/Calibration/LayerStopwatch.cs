using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Calibration;

/// <summary>
/// Measures how long this machine takes for one layer of a model. Sizes take turns, round after round, so that what else the machine does meets all of them;
/// each round goes through every layer, and a time is the mean over them.
/// </summary>
/// <param name="model">The model, where it is to compute.</param>
/// <param name="time">The clock.</param>
public sealed class LayerStopwatch(VisionTransformer model, TimeProvider time)
{
    /// <summary>Measures.</summary>
    /// <param name="sizes">Numbers of images.</param>
    /// <param name="rounds">How often each is measured.</param>
    /// <param name="cancellation">Stops between two measurements.</param>
    public IReadOnlyList<MeasuredSize> Measure(IReadOnlyList<int> sizes, int rounds, CancellationToken cancellation = default)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        VitConfig config = model.Config;
        Tensor[] inputs = [.. sizes.Select(images => ones([images, config.Tokens, config.HiddenSize], dtype: model.Embeddings.DataType, device: model.Device))];
        List<double>[] seconds = [.. sizes.Select(_ => new List<double>(rounds))];
        for (int round = -1; round < rounds; round++) // the first warms up: memory is taken, kernels are chosen
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                double took = Once(inputs[i]);
                if (round >= 0)
                    seconds[i].Add(took);
            }
        }

        return [.. sizes.Select((images, i) => new MeasuredSize(images, seconds[i]))];
    }

    /// <summary>Seconds of one layer, a mean over all of them.</summary>
    private double Once(Tensor input)
    {
        Synchronize();
        long begin = time.GetTimestamp();
        Tensor hidden = input;
        for (int layer = 0; layer < model.Layers.Count; layer++)
        {
            Tensor next = model.Layers[layer].Forward(hidden, model.Embeddings.PositionEmbedding(layer));
            if (layer > 0)
                hidden.Dispose();
            hidden = next;
        }

        Synchronize();
        double took = time.GetElapsedTime(begin).TotalSeconds / model.Layers.Count;
        hidden.Dispose();
        return took;
    }

    /// <summary>A GPU computes while the program goes on.</summary>
    private void Synchronize()
    {
        if (model.Device.type == DeviceType.CUDA)
            cuda.synchronize(model.Device);
    }
}
