using System.Globalization;
using System.Security.Cryptography;
using LayerShuffle.Actors.Training;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Supervision;
using LayerShuffle.Vision.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// The guard of <see cref="TrainingArithmetic.Version"/>: a tiny training from scenario to file gives, on the kind of processor that they were written on, the
/// bits below. Elsewhere kernels round otherwise, and what it comes to is near. If this fails, training gives something else than before: raise the version, so
/// that models which the earlier arithmetic made are not taken for what this one would make, and write the new figures here.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class GoldenTrainingTests : IDisposable
{
    private const int Version = 1;
    private const string Processor = "AuthenticAMD 25.1.1, AVX2";
    private const double Tolerance = 1e-5; // relative; for other kinds of processor than that of the stored figures

    private readonly Cli cli = new();

    public GoldenTrainingTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    [Theory]
    [InlineData(1, "3773c6e63a2d26200edebe071b24842b", 2.3207988937695823, 3.445197426610523, 24.80198107742106)]
    [InlineData(2, "7cd92304c74e73cf578f7d4df251ef59", 2.320798873901367, 3.4451974001195693, 24.801981241216737)]
    public void A_tiny_training_gives_what_it_gave(int threads, string hash, double plainLoss, double shuffledLoss, double norm)
    {
        TrainingArithmetic.Version.ShouldBe(Version, "The figures below belong to another version.");
        cli.Run("run", cli.Write("kept.yaml", TrainedOnce.Scenario), "--output", cli.At("out"), "--set", FormattableString.Invariant($"threads={threads}"))
            .ShouldBe(ExitCodes.Done, cli.Error);
        string[][] rows = [.. File.ReadLines(cli.At("out/training.csv")).Select(line => line.Split(','))];
        int loss = Array.IndexOf(rows[0], "loss");
        double[] losses = [.. new[] { rows[2], rows[4] }.Select(row => double.Parse(row[loss], CultureInfo.InvariantCulture))];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        double squares = 0;
        foreach (string model in new[] { "plain", "shuffled" })
        {
            using DisposeScope scope = NewDisposeScope();
            foreach ((string name, Tensor tensor) in SafeTensors.Read(cli.At($"out/models/{model}/model.safetensors"))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                sha.AppendData(tensor.contiguous().bytes);
                squares += tensor.to(float64).square().sum().item<double>();
            }
        }

        string bits = Convert.ToHexStringLower(sha.GetHashAndReset().AsSpan(0, 16));
        string found = FormattableString.Invariant($"{ProcessorKind.Name}: {threads}, \"{bits}\", {losses[0]:R}, {losses[1]:R}, {Math.Sqrt(squares):R}");
        if (ProcessorKind.Name == Processor)
            bits.ShouldBe(hash, found);
        losses[0].ShouldBe(plainLoss, Tolerance * plainLoss, found);
        losses[1].ShouldBe(shuffledLoss, Tolerance * shuffledLoss, found);
        Math.Sqrt(squares).ShouldBe(norm, Tolerance * norm, found);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }
}
