using System.Security.Cryptography;
using System.Text.Json;

namespace LayerShuffle.Runs.Models;

/// <summary>What the store can tell of a model besides its key.</summary>
/// <param name="Name">Its name in the scenario that trained it.</param>
/// <param name="Variant">Its variant.</param>
/// <param name="Dataset">The images it was trained on, for people.</param>
/// <param name="Seed">The scenario's seed.</param>
/// <param name="TrainingSeed">Index of the training seed.</param>
/// <param name="Epochs">Epochs it was trained for.</param>
/// <param name="Images">Training images of an epoch.</param>
/// <param name="Seconds">How long its training takes from beginning to end.</param>
/// <param name="Machine">The machine that this was measured on.</param>
/// <param name="Finished">When it was finished.</param>
/// <param name="Top1Sequential">Accuracy of the last epoch in training order.</param>
/// <param name="Top1Arbitrary">Accuracy of the last epoch in random orders.</param>
public sealed record KeptModel(
    string Name, string Variant, string Dataset, long Seed, int TrainingSeed, int Epochs, int Images, double Seconds, string Machine, DateTimeOffset Finished,
        double? Top1Sequential, double? Top1Arbitrary);

/// <summary>A model in the store.</summary>
/// <param name="Hash">Hash of its key.</param>
/// <param name="Key">Its key; null if it was kept by an earlier version, which no run finds any more, or is not finished.</param>
/// <param name="About">What is told of it; null likewise.</param>
/// <param name="Finished">Whether it is trained to the end.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="LastUse">When a run made or took it last.</param>
public sealed record StoreEntry(string Hash, TrainingKey? Key, KeptModel? About, bool Finished, long Bytes, DateTimeOffset LastUse);

/// <summary>What a kept model's epochs came to on one set of test images.</summary>
/// <param name="Epochs">Accuracies by epoch, in training order and in random orders.</param>
/// <param name="Sum">SHA-256 of them, of the model's hash and of the test images': until a training is finished nothing else vouches for them.</param>
internal sealed record KeptAccuracies(SortedDictionary<int, double[]> Epochs, string? Sum)
{
    /// <summary>Accuracies with their sum.</summary>
    public static KeptAccuracies Of(string hash, string tests, SortedDictionary<int, double[]> epochs) =>
        new(epochs, Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { hash, tests, epochs }))));
}
