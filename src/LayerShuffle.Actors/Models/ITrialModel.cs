using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>A model as a trial uses it in one process: the coordinator's part and the layers.</summary>
public interface ITrialModel : IRequestModel
{
    /// <summary>Number of layers.</summary>
    int Layers { get; }

    /// <summary>Whether it computes: without one accuracies are blank.</summary>
    bool Computes { get; }

    /// <summary>Executes a layer on an activation; a request that has its outcome gives null.</summary>
    object? Execute(int layer, object? activation, int request, int position);

    /// <summary>What arrives of an activation that crosses from one endpoint to another: rounded to the wire format. The sender keeps what it had.</summary>
    object? Carry(object? activation, int request, WireFormat format);
}

/// <summary>
/// A model that is told what a trial is going to ask, so that it can compute ahead. What is told is a guess: losses and faults change orders.
/// </summary>
public interface IForeseeing
{
    /// <summary>A trial begins.</summary>
    /// <param name="requests">How many requests there are, numbered from 0.</param>
    /// <param name="images">A request's images.</param>
    /// <param name="order">The layers that are planned for it, in their order.</param>
    void Foresee(int requests, Func<int, int[]> images, Func<int, int[]> order);
}

/// <summary>Test images by index, normalised as a model expects them.</summary>
public interface ITestImages
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Pixel values <c>[batch, 3, h, w]</c>, the caller's to dispose of.</summary>
    Tensor PixelValues(IReadOnlyList<int> images);

    /// <summary>Labels <c>[batch]</c>, the caller's to dispose of.</summary>
    Tensor Labels(IReadOnlyList<int> images);
}
