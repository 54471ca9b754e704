using LayerShuffle.Datasets.Tests.Support;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Tests.Imports;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>A head for another number of classes than the dataset's files have is found by <c>validate</c>, in the words in which the run finds it.</summary>
public sealed class HeadTests : IDisposable
{
    private readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("mnist", 10)]
    [InlineData("emnist", 26)]
    [InlineData("image-folder", 4)]
    public void Another_number_of_classes_is_found_by_validate_as_by_run(string kind, int classes)
    {
        WriteData(kind, classes);
        WriteModel(classes + 3);
        string scenario = Scenario(kind, "");
        string told = $"The model tells {classes + 3} classes apart, the data set has {classes}. Give the model's entry `training`";
        cli.Run("validate", scenario).ShouldBe(ExitCodes.Invalid, cli.Error);
        cli.Error.ShouldContain("models.m.checkpoint: " + told);
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Invalid, cli.Error);
        cli.Error.ShouldContain(told);
        Directory.Exists(cli.At("out")).ShouldBeFalse();

        // With training it is given a new head, for so many classes.
        cli.Run("validate", Scenario(kind, ", training: {epochs: 1}")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain($"models.m: the checkpoint's head is for {classes + 3} classes: a new one for {classes} classes takes its place");

        WriteModel(classes);
        cli.Run("validate", scenario).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("the dataset's classes are matched by");
    }

    private string Scenario(string kind, string training)
    {
        string dataset = kind == "emnist" ? "{kind: mnist, path: data}" : $"{{kind: {kind}, path: data}}";
        return cli.Write("s.yaml", $"name: head\ndataset: {dataset}\nmodels: {{m: {{checkpoint: model{training}}}}}\n");
    }

    private void WriteModel(int classes)
    {
        using DisposeScope scope = NewDisposeScope();
        var plain = new PlainVit { Image = (8, 8), Classes = classes };
        Directory.CreateDirectory(cli.At("model"));
        File.WriteAllText(cli.At("model/config.json"), plain.ConfigJson[..plain.ConfigJson.IndexOf(", \"id2label\"", StringComparison.Ordinal)].TrimEnd()
            + $", \"num_labels\": {classes}}}");
        SafeTensors.Write(cli.At("model/model.safetensors"), Layouts.Named("transformers 4", plain, plain.Weights(1, ScalarType.Float32)));
    }

    private void WriteData(string kind, int classes)
    {
        Directory.CreateDirectory(cli.At("data"));
        if (kind == "image-folder")
        {
            for (int i = 0; i < classes; i++)
            {
                foreach (string split in (string[])["train", "test"])
                {
                    Directory.CreateDirectory(cli.At($"data/{split}/c{i}"));
                    File.WriteAllBytes(cli.At($"data/{split}/c{i}/x.png"), NoiseImage.Png(i, 8, 8));
                }
            }

            return;
        }

        string stem = kind == "emnist" ? "emnist-letters-" : "";
        foreach (string split in kind == "emnist" ? (string[])["train", "test"] : ["train", "t10k"])
        {
            byte[] labels = [.. Enumerable.Range(kind == "emnist" ? 1 : 0, classes).Select(i => (byte)i)];
            File.WriteAllBytes(cli.At($"data/{stem}{split}-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0, 0, (byte)classes, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[784 * classes]]);
            File.WriteAllBytes(cli.At($"data/{stem}{split}-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, (byte)classes, .. labels]);
        }

        if (kind == "emnist")
            File.WriteAllLines(cli.At("data/emnist-letters-mapping.txt"), Enumerable.Range(1, classes).Select(i => $"{i} {i + 64} {i + 96}"));
    }
}
