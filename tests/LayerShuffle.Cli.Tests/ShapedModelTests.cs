using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Datasets.Tests.Support;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Tests.Imports;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// Models of oblong images and of one channel, run over data that has colours and another size: every image must be told as an independent pipeline and an
/// independent forward pass tell it.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class ShapedModelTests : IDisposable
{
    private const int Images = 12;
    private static readonly double[] Mean = [0.5, 0.4, 0.3], Std = [0.2, 0.25, 0.3];
    private readonly Cli cli = new();

    public ShapedModelTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    [Theory]
    [InlineData(8, 12, 3, "transformers 4")]
    [InlineData(12, 4, 3, "transformers 5")]
    [InlineData(8, 12, 1, "timm")]
    [InlineData(8, 8, 1, "transformers 4")]
    public void Every_image_is_told_as_an_independent_computation_tells_it(int height, int width, int channels, string layout)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(new PlainVit { Image = (height, width), Channels = channels }, layout, scale: 2);
        cli.Run("validate", cli.Write("s.yaml", Scenario)).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", cli.At("s.yaml"), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        Top1("out").ShouldBe(["1"], cli.Error);
    }

    [Fact]
    public void Without_a_preprocessor_oblong_images_are_brought_to_their_size_which_is_said()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(new PlainVit { Image = (8, 12) }, "transformers 4", scale: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]);
        File.Delete(cli.At("model/preprocessor_config.json"));
        cli.Run("run", cli.Write("s.yaml", Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        Top1("out").ShouldBe(["1"], cli.Error);
        cli.Error.ShouldContain("there is no preprocessor_config.json: images are resized to 8×12; mean and deviation are 0.5");
    }

    [Fact]
    public void Means_that_are_not_used_do_not_decide_the_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(new PlainVit { Image = (8, 12), Channels = 1 }, "transformers 4", scale: 2, mean: [0], std: [1]);
        File.WriteAllText(
            cli.At("model/preprocessor_config.json"),
            """{"size": {"height": 8, "width": 12}, "resample": 0, "do_normalize": false, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""");
        cli.Run("run", cli.Write("s.yaml", Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        Top1("out").ShouldBe(["1"], cli.Error);
    }

    [Fact]
    public void Grey_digits_go_to_one_channel_as_they_are()
    {
        using DisposeScope scope = NewDisposeScope();
        var plain = new PlainVit { Image = (28, 28), Patch = (14, 7), Channels = 1, Classes = 10 };
        byte[][] digits = [.. Enumerable.Range(0, Images).Select(i => NoiseImage.Pixels(i, 28, 28)[..784])];
        Tensor pixels =
            cat([.. digits.Select(digit => tensor(digit.Select(value => (float)((value / 255.0 - Mean[0]) / Std[0])).ToArray()).reshape(1, 1, 28, 28))]);
        byte[] told = [.. Told(plain, "transformers 4", pixels).Select(label => (byte)label)];
        Directory.CreateDirectory(cli.At("data"));
        foreach (string split in (string[])["train", "t10k"])
        {
            File.WriteAllBytes(cli.At($"data/{split}-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0, 0, Images, 0, 0, 0, 28, 0, 0, 0, 28, .. digits.SelectMany(digit => digit)]);
            File.WriteAllBytes(cli.At($"data/{split}-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, Images, .. told]);
        }

        string config = File.ReadAllText(cli.At("model/config.json")).Replace("class ", "", StringComparison.Ordinal);
        File.WriteAllText(cli.At("model/config.json"), config);
        cli.Run("run", cli.Write("s.yaml", Scenario.Replace("image-folder", "mnist", StringComparison.Ordinal)), "--output", cli.At("out"))
            .ShouldBe(ExitCodes.Done, cli.Error);
        Top1("out").ShouldBe(["1"], cli.Error);
    }

    /// <summary>Trained on, refined and exported on either clock; what is exported is what was measured.</summary>
    [Theory]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void Training_and_refining_keep_the_shape_on_both_clocks(int channels, bool alsoOnTheWallClock)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(new PlainVit { Image = (8, 12), Patch = (4, 2), Channels = channels }, "transformers 4", scale: 2);
        string scenario = cli.Write("s.yaml", """
            name: shaped
            threads: 1
            dataset: {kind: image-folder, path: data}
            models:
              m: {checkpoint: model, training: {epochs: 1, batch_size: 6, micro_batches: 2}}
              tuned: {init_from: m, variant: layershuffle, training: {epochs: 1, batch_size: 6, micro_batches: 2}}
            cluster: {nodes: 2}
            network: {latency: 1ms}
            workload: {images_per_request: 3, arrivals: {concurrency: 1}}
            """);
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        VitConfig saved = ModelFolder.LoadConfig(cli.At("out/models/tuned"));
        (saved.ImageHeight, saved.ImageWidth, saved.PatchHeight, saved.PatchWidth, saved.NumChannels).ShouldBe((8, 12, 4, 2, channels));

        // What was exported tells the same when it is imported.
        string[] told = Answers("out", "tuned");
        cli.Run("run",
            cli.Write("again.yaml",
            Scenario.Replace("checkpoint: model", "checkpoint: out/models/tuned", StringComparison.Ordinal)
            .Replace("images_per_request: 1", "images_per_request: 3", StringComparison.Ordinal)), "--output", cli.At("again"))
            .ShouldBe(ExitCodes.Done, cli.Error);
        Answers("again", "m").ShouldBe(told);

        if (!alsoOnTheWallClock)
            return;
        // Processes of its own train the same weights, and tell the same.
        (int code, string error) = RunProcess("run", scenario, "--set", "clock=wall", "--retrain", "--output", cli.At("wall"));
        code.ShouldBe(ExitCodes.Done, error);
        Answers("wall", "tuned").ShouldBe(told);
        File.ReadAllBytes(cli.At("wall/models/tuned/model.safetensors")).ShouldBe(File.ReadAllBytes(cli.At("out/models/tuned/model.safetensors")));
    }

    private const string Scenario = """
        name: imported
        threads: 1
        dataset: {kind: image-folder, path: data}
        models: {m: {checkpoint: model}}
        cluster: {nodes: 2}
        workload: {images_per_request: 1}
        """;

    /// <summary>A model folder, and images of another size in the folders of the classes that the plain computation tells.</summary>
    private void WriteModel(PlainVit plain, string layout, int scale, double[]? mean = null, double[]? std = null)
    {
        (int height, int width) = (plain.Image.Height * scale, plain.Image.Width * scale);
        byte[][] pictures = [.. Enumerable.Range(0, Images).Select(i => NoiseImage.Pixels(i, height, width))];
        Tensor pixels =
            cat([.. pictures.Select(picture => tensor(Prepared(picture, height, width, scale, plain.Channels, mean ?? Mean, std ?? Std)).reshape(1,
            plain.Channels, plain.Image.Height, plain.Image.Width))]);
        long[] told = Told(plain, layout, pixels);
        for (int i = 0; i < plain.Classes; i++)
        {
            Directory.CreateDirectory(cli.At($"data/train/class_{i}"));
            Directory.CreateDirectory(cli.At($"data/test/class_{i}"));
            for (int k = 0; k < 2; k++)
                File.WriteAllBytes(cli.At($"data/train/class_{i}/{k}.png"), NoiseImage.Png(100 + i + 10 * k, height, width));
            File.WriteAllBytes(cli.At($"data/test/class_{i}/none.txt"), []);
        }

        for (int i = 0; i < Images; i++)
            File.WriteAllBytes(cli.At($"data/test/class_{told[i]}/{i}.png"), NoiseImage.Png(i, height, width));
    }

    /// <summary>
    /// Writes the folder of a model that does not say the same of all images (that would pass whatever is done to them), and gives its answers.
    /// </summary>
    private long[] Told(PlainVit plain, string layout, Tensor pixels)
    {
        for (ulong seed = 7; ; seed++)
        {
            Dictionary<string, Tensor> weights = plain.Weights(seed, ScalarType.Float32);
            long[] told = [.. plain.Forward(weights, pixels).argmax(1).data<long>()];
            if (told.Distinct().Count() < 3)
                continue;
            WriteFolder(plain, layout, weights);
            return told;
        }
    }

    private void WriteFolder(PlainVit plain, string layout, Dictionary<string, Tensor> weights)
    {
        Directory.CreateDirectory(cli.At("model"));
        File.WriteAllText(cli.At("model/config.json"), plain.ConfigJson);
        SafeTensors.Write(cli.At("model/model.safetensors"), Layouts.Named(layout, plain, weights));
        string list(double[] numbers) => string.Join(", ", numbers.Take(plain.Channels).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        File.WriteAllText(
            cli.At("model/preprocessor_config.json"),
            $$"""{"size": {"height": {{plain.Image.Height}}, "width": {{plain.Image.Width}}}, "resample": 0,"""
            + $$""" "image_mean": [{{list(Mean)}}], "image_std": [{{list(Std)}}]}""");
    }

    /// <summary>Luma where there is one channel (ITU-R 601-2 in PIL's 16 bits), the nearest pixel of a whole scale, mean and deviation.</summary>
    private static float[] Prepared(byte[] picture, int height, int width, int scale, int channels, double[] mean, double[] std)
    {
        int plane = height * width;
        int At(int channel, int y, int x) => picture[channel * plane + y * width + x];
        int Value(int channel, int y, int x) => channels == 3 ? At(channel, y, x)
            : (At(0, y, x) * 19595 + At(1, y, x) * 38470 + At(2, y, x) * 7471 + 0x8000) >> 16;
        return [.. from channel in Enumerable.Range(0, channels)
                   from y in Enumerable.Range(0, height / scale)
                   from x in Enumerable.Range(0, width / scale)
                   select (float)((Value(channel, y * scale + scale / 2, x * scale + scale / 2) / 255.0 - mean[channel]) / std[channel])];
    }

    private static (int Code, string Error) RunProcess(params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet",
            [Cli.Assembly, .. args])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.GetAwaiter().GetResult());
    }

    private string[] Top1(string folder) => Column(Path.Combine(cli.At(folder), "conditions.csv"), "top1", _ => true);

    /// <summary>How many of each request's images a model tells right.</summary>
    private string[] Answers(string folder, string model) =>
        Column(Path.Combine(cli.At(folder), "requests.csv"), "correct", row => row.Contains($",{model},", StringComparison.Ordinal));

    private static string[] Column(string file, string name, Func<string, bool> wanted)
    {
        string[] lines = File.ReadAllLines(file);
        int at = Array.IndexOf(lines[0].Split(','), name);
        return [.. lines[1..].Where(wanted).Select(line => line.Split(',')[at])];
    }
}
