using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using LayerShuffle.Actors.Models;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Tests.Support;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// Small Hugging Face folders on small image folders: preprocessing × names of classes. What is right was computed by PIL and numpy, see
/// <see cref="NoiseImage"/>.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class ImportTableTests : IDisposable
{
    private readonly Cli home = new();

    public ImportTableTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", home.At("cache"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        home.Dispose();
    }

    private const int Classes = 12;

    private static readonly JsonElement[] Cases =
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "processors.json"))).RootElement.GetProperty("cases")
            .EnumerateArray()];

    // Folder of class i, and the model's name of it; the model's order is i's, the folders' is the alphabet's.
    private static readonly Dictionary<string, (Func<int, string> Folder, Func<int, string> Label)> Names = new()
    {
        ["numbers"] = (i => $"{i}", i => $"{i}"),
        ["numbers against generic labels"] = (i => $"{i}", i => $"LABEL_{i}"),
        ["another order"] = (i => $"beast {(char)('z' - i)}", i => $"beast {(char)('z' - i)}"),
        ["another case, hyphens"] = (i => $"Sea-Beast_{(i * 5) % Classes}", i => $"sea beast {(i * 5) % Classes}"),
        ["synsets"] = (i => $"n0{1500000 - i}", i => $"n0{1500000 - i}"),
        ["one of several names"] = (i => $"x{(i * 7) % Classes}", i => $"thing {i}, X{(i * 7) % Classes}, Res {i}"),
        ["by position"] = (i => $"c{i:00}", i => $"LABEL_{i}"),
    };

    public static TheoryData<string> Processors => [.. Cases.Select(stored => stored.GetProperty("name").GetString()!)];

    /// <summary>Every processor under two names, in turn; the most different ones under all.</summary>
    public static TheoryData<string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string>();
            string[] all = [.. Names.Keys], crossed = ["height and width, bicubic", "resized and cropped", "crop_pct", "one channel"];
            for (int i = 0; i < Cases.Length; i++)
            {
                string processor = Cases[i].GetProperty("name").GetString()!;
                foreach (string names in crossed.Contains(processor) ? all : [all[i % all.Length], all[(i + 3) % all.Length]])
                    table.Add(processor, names);
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Pixels_are_those_of_the_checkpoints_own_pipeline(string processor)
    {
        JsonElement stored = Cases.Single(stored => stored.GetProperty("name").GetString() == processor);
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        VitConfig config = WriteModel(cli, stored, i => $"{i}").Config;
        WriteImages(cli, stored, [0, 0, 0], i => $"{i}");
        Preprocessor preprocessor = ImportCheck.Preprocessor(new ModelSpec { Name = "m", Checkpoint = cli.At("model"), Config = config });
        ScenarioLoadResult loaded = ScenarioLoader.Load(cli.Write("s.yaml", Scenario));
        var data = new RunData(loaded.Scenario!, new Lazy<Device>(CPU), 1);
        IImageSet images = data.Dataset(config, PixelPlan.Steps(preprocessor)).Test;
        ITestImages test = data.Test(config, preprocessor);
        JsonElement[] expected = [.. stored.GetProperty("images").EnumerateArray()];
        images.Count.ShouldBe(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            var bytes = new byte[3 * images.Height * images.Width];
            images.CopyPixels(i, bytes);
            byte[] right = expected[i].GetProperty("pixels").GetBytesFromBase64();
            bytes[..right.Length].ShouldBe(right, $"{processor}, image {i}");
            float[] values = [.. test.PixelValues([i]).narrow(2, 0, 2).contiguous().data<float>()];
            float[] rightValues = MemoryMarshal.Cast<byte, float>(expected[i].GetProperty("values").GetBytesFromBase64()).ToArray();
            values.Length.ShouldBe(rightValues.Length);
            for (int k = 0; k < values.Length; k++)
                values[k].ShouldBe(rightValues[k], 1e-6 * Math.Max(1, Math.Abs(rightValues[k])), $"{processor}, image {i}, number {k}");
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_image_is_told_as_an_independent_computation_tells_it(string processor, string names)
    {
        JsonElement stored = Cases.Single(stored => stored.GetProperty("name").GetString() == processor);
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        VisionTransformer model = WriteModel(cli, stored, Names[names].Label);
        int[] told = [.. stored.GetProperty("images").EnumerateArray().Select(image => Tell(model, stored, image))];
        WriteImages(cli, stored, told, Names[names].Folder);

        cli.Run("run", cli.Write("s.yaml", Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);

        Column(cli.At("out"), "top1").ShouldBe(["1"], cli.Error);
        cli.Error.ShouldContain(names == "by position" ? "matched by position" : "matched by name");
        cli.Run("validate", cli.At("s.yaml")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain(names == "by position" ? "matched by position" : "matched by name");
    }

    [Fact]
    public void Classes_that_fit_neither_way_are_refused_by_run_and_validate()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        WriteModel(cli, Cases[0], i => $"beast {i}");
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"plant {i}");
        string scenario = cli.Write("s.yaml", Scenario);
        cli.Run("validate", scenario).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("models.m.checkpoint");
        cli.Error.ShouldContain("the model knows no `plant 0`");
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("the model knows no `plant 0`");
        Directory.Exists(cli.At("out")).ShouldBeFalse(); // nothing was written yet
    }

    [Theory]
    [InlineData("""{"size": 16}""",
        "size in preprocessor_config.json makes images of 16×16 pixels, but image_size in config.json says that the model takes 12×12")]
    [InlineData("""{"size": 12, "do_center_crop": true, "crop_size": 10}""", "crop_size in preprocessor_config.json makes images of 10×10")]
    [InlineData("""{"size": {"longest_edge": 12}}""", "size in preprocessor_config.json must be")]
    [InlineData("""{"size": 12, "do_pad": true}""", "do_pad")]
    [InlineData("""{"size": 12, "do_flip_channel_order": true}""", "do_flip_channel_order")]
    [InlineData("""{"size": 12, "rescale_offset": 1}""", "rescale_offset")]
    [InlineData("""{"size": 12, "resample": 6}""", "resample")]
    [InlineData("""{"size": 12, "crop_pct": 1.5}""", "crop_pct")]
    [InlineData("""{"size": 12, "image_processor_type": "SamImageProcessor"}""", "image_processor_type in preprocessor_config.json is SamImageProcessor")]
    [InlineData("""{"size": 12, "image_mean": [0.5]}""", "image_mean")]
    [InlineData("""{"size": 12, "max_size": 20}""", "max_size")]
    [InlineData("""{"size": {"shortest_edge": 12}}""", "make 12 ×")] // an image that is no square
    public void What_cannot_be_done_is_refused_with_the_keys_name(string config, string message)
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        WriteModel(cli, Cases[0], i => $"{i}");
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"{i}");
        File.WriteAllText(cli.At("model/preprocessor_config.json"), config);
        string scenario = cli.Write("s.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldNotBe(ExitCodes.Done);
        cli.Error.ShouldContain(message);
        if (message == "make 12 ×")
            return; // only the images tell
        cli.Run("validate", scenario).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain(message);
    }

    [Fact]
    public void A_folder_without_preprocessing_says_what_is_done_and_timm_s_is_read_from_its_config()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        VitConfig config = WriteModel(cli, Cases[0], i => $"{i}").Config;
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"{i}");
        File.Delete(cli.At("model/preprocessor_config.json"));
        cli.Run("run", cli.Write("s.yaml", Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("there is no preprocessor_config.json: images are resized to a shorter edge of 12 and their middle of 12×12 pixels is taken");

        string text = File.ReadAllText(cli.At("model/config.json"));
        File.WriteAllText(cli.At("model/config.json"), text.Insert(text.IndexOf('{') + 1, """
            "pretrained_cfg": {"input_size": [3, 12, 12], "interpolation": "bicubic", "crop_pct": 0.7, "crop_mode": "center",
                "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]},
            """));
        Preprocessor timm = ModelFolder.LoadPreprocessor(cli.At("model"), config);
        PixelPlan.Steps(timm)
            .ShouldBe(new PixelSteps { Resize = ResizeTarget.Shorter(17), Filter = Interpolation.Bicubic, Crop = (12, 12), CropRoundsToEven = true });
        timm.ImageMean.ShouldBe([0.1, 0.2, 0.3]);
    }

    [Fact]
    public void A_model_that_is_trained_on_keeps_the_order_of_its_classes_and_so_does_what_starts_from_it()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        WriteModel(cli, Cases[0], i => $"Beast {(char)('z' - i)}");
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"beast_{(char)('z' - i)}");
        string scenario = cli.Write("s.yaml", """
            name: trained-on
            threads: 1
            dataset: {kind: image-folder, path: data}
            model: {image_size: 12, patch_size: 4, hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 24}
            models:
              m: {checkpoint: model, training: {epochs: 40, batch_size: 4, learning_rate: 3e-3, augmentation: none, label_smoothing: 0}}
              tuned: {init_from: m, training: {epochs: 1, batch_size: 12, learning_rate: 1e-6, augmentation: none, label_smoothing: 0}}
            cluster: {nodes: 2}
            workload: {images_per_request: 1}
            """);
        foreach (string picture in Directory.GetFiles(cli.At("data/test"), "*.png", SearchOption.AllDirectories))
            File.Copy(picture, picture.Replace("/test/", "/train/", StringComparison.Ordinal)); // so that what is learned can be told
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        Column(cli.At("out"), "top1").ShouldBe(["1", "1"], cli.Error);
        foreach (string name in new[] { "m", "tuned" })
            ModelFolder.LoadConfig(cli.At($"out/models/{name}")).Id2Label.ShouldNotBeNull()
                .ShouldBe(Enumerable.Range(0, Classes).Select(i => $"Beast {(char)('z' - i)}"));
    }

    [Fact]
    public void Training_for_other_classes_gives_the_head_their_names()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        WriteModel(cli, Cases[0], i => $"beast {i}");
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"plant {i:00}");
        string scenario = cli.Write("s.yaml",
            Scenario.Replace("{checkpoint: model}", "{checkpoint: model, training: {epochs: 1, batch_size: 12}}", StringComparison.Ordinal));
        cli.Run("validate", scenario).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("the model's classes are other ones than the dataset's");
        ModelFolder.LoadConfig(cli.At("out/models/m")).Id2Label.ShouldNotBeNull().ShouldBe(Enumerable.Range(0, Classes).Select(i => $"plant {i:00}"));
    }

    [Fact]
    public void Digits_keep_their_pixels_which_the_export_says_and_match_words()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        Directory.CreateDirectory(cli.At("data"));
        foreach (string split in new[] { "train", "t10k" })
        {
            File.WriteAllBytes(cli.At($"data/{split}-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28, .. NoiseImage.Pixels(3, 28, 280)[..7840]]);
            File.WriteAllBytes(cli.At($"data/{split}-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }

        cli.Run("run", cli.Write("s.yaml", Trained.Replace("DATASET", "{kind: mnist, path: data}", StringComparison.Ordinal)), "--output", cli.At("out"))
            .ShouldBe(ExitCodes.Done, cli.Error);
        JsonElement written = JsonDocument.Parse(File.ReadAllBytes(cli.At("out/models/m/preprocessor_config.json"))).RootElement;
        written.GetProperty("do_resize").GetBoolean().ShouldBeFalse();
        written.TryGetProperty("size", out _).ShouldBeFalse();
        written.GetProperty("do_center_crop").GetBoolean().ShouldBeTrue(); // of 28 pixels, 32 are the digits in a black margin
        written.GetProperty("crop_size").GetProperty("width").GetInt32().ShouldBe(32);
        string[] trained = File.ReadAllLines(cli.At("out/requests.csv"));

        // The same model, imported, tells the same; under words in another order, too.
        string config = File.ReadAllText(cli.At("out/models/m/config.json"));
        string[] words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        for (int i = 0; i < words.Length; i++)
            config = config.Replace($"\"{i}\": \"{i}\"", $"\"{i}\": \"{words[i].ToUpperInvariant()}\"", StringComparison.Ordinal);
        File.WriteAllText(cli.At("out/models/m/config.json"), config);
        string import = Scenario.Replace("image-folder", "mnist", StringComparison.Ordinal)
            .Replace("checkpoint: model", "checkpoint: out/models/m", StringComparison.Ordinal);
        cli.Run("run", cli.Write("i.yaml", import), "--output", cli.At("again")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("matched by name");
        File.ReadAllLines(cli.At("again/requests.csv")).ShouldBe(trained);
    }

    [Fact]
    public void Cifars_classes_are_matched_by_name()
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        string[] names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            labels = ["truck", "Ship", "horse", "frog", "dog", "deer", "cat", "bird", "car", "plane"];
        var config = new VitConfig
        {
            ImageSize = 32,
            PatchSize = 16,
            HiddenSize = 24,
            NumHiddenLayers = 2,
            NumAttentionHeads = 3,
            IntermediateSize = 24,
            NumLabels = 10,
            Id2Label = labels,
            InitializerRange = 0.3,
        };
        VisionTransformer model = VisionTransformer.Create(config, 5);
        model.eval();
        ModelFolder.Save(cli.At("model"), model, Preprocessor.For(config));
        byte[][] pictures = [.. Enumerable.Range(0, 20).Select(i => NoiseImage.Pixels(i, 32, 32))];
        Tensor pixels = tensor(pictures.SelectMany(picture => picture).Select(value => (value / 255f - 0.5f) / 0.5f).ToArray()).reshape(20, 3, 32, 32);
        using VitOutput output = model.Forward(pixels, [0, 1]);
        int[] told = [.. output.Logits.argmax(1).data<long>().Select(label => names.Length - 1 - (int)label)]; // the labels are the names the other way round
        byte[] records = [.. pictures.SelectMany((picture, i) => (byte[])[(byte)told[i], .. picture])];
        Directory.CreateDirectory(cli.At("data"));
        foreach (string file in new[] { "test_batch.bin", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin" })
            File.WriteAllBytes(cli.At("data/" + file), records);
        File.WriteAllLines(cli.At("data/batches.meta.txt"), names);

        cli.Run("run", cli.Write("s.yaml", Scenario.Replace("image-folder", "cifar10", StringComparison.Ordinal)), "--output", cli.At("out"))
            .ShouldBe(ExitCodes.Done, cli.Error);

        told.Distinct().Count().ShouldBeGreaterThan(1);
        Column(cli.At("out"), "top1").ShouldBe(["1"], cli.Error);
        cli.Error.ShouldContain("matched by name with the model's 10, in another order");
    }

    [Theory]
    [InlineData("image-folder", 32)]
    [InlineData("shapes", 32)]
    public void What_is_exported_says_what_was_done(string kind, int size)
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        WriteImages(cli, Cases[0], [0, 1, 2], i => $"{i}");
        string dataset = kind == "shapes" ? "{kind: shapes, train: 20, test: 10}" : "{kind: image-folder, path: data}";
        cli.Run("run", cli.Write("s.yaml", Trained.Replace("DATASET", dataset, StringComparison.Ordinal)), "--output", cli.At("out"))
            .ShouldBe(ExitCodes.Done, cli.Error);

        JsonElement written = JsonDocument.Parse(File.ReadAllBytes(cli.At("out/models/m/preprocessor_config.json"))).RootElement;
        written.GetProperty("do_resize").GetBoolean().ShouldBeTrue();
        written.GetProperty("size").GetRawText().Where(c => !char.IsWhiteSpace(c)).ShouldBe($$"""{"shortest_edge":{{size}}}""");
        written.GetProperty("do_center_crop").GetBoolean().ShouldBeTrue();
        written.GetProperty("crop_size").GetProperty("height").GetInt32().ShouldBe(size);
        written.GetProperty("image_processor_type").GetString().ShouldBe("BitImageProcessor"); // ViT's own cuts nothing out
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(cli.At("out/models/m"));
        using (model)
            PixelPlan.Steps(preprocessor).ShouldBe(PixelSteps.Fit(size, size));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answers_that_are_no_numbers_count_as_wrong_and_are_named(bool nan)
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        VisionTransformer model = WriteModel(cli, Cases[0], i => $"{i}");
        Dictionary<string, Tensor> state = model.StateDictionary().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        state["classifier.bias"][0] = nan ? float.NaN : float.PositiveInfinity;
        SafeTensors.Write(cli.At("model/model.safetensors"), state);
        WriteImages(cli, Cases[0], [0, 0, 0], i => $"{i}"); // today's answer would be class 0 for all

        cli.Run("run", cli.Write("s.yaml", Scenario), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);

        Column(cli.At("out"), "top1").ShouldBe(["0"]);
        Column(cli.At("out"), "top5").ShouldBe(["0"]);
        cli.Error.ShouldContain("3 of 3 answers hold NaN or infinity; they count as wrong");

        SafeTensors.Write(cli.At("x.safetensors"), new Dictionary<string, Tensor> { ["pixel_values"] = zeros(2, 3, 12, 12) });
        cli.Run("predict", "--model", cli.At("model"), "--input", cli.At("x.safetensors"), "--output", cli.At("y.safetensors")).ShouldBe(ExitCodes.Done);
        cli.Error.ShouldContain("the logits of 2 of 2 image(s) hold NaN or infinity");
    }

    private const string Scenario = """
        name: imported
        threads: 1
        dataset: {kind: image-folder, path: data}
        models: {m: {checkpoint: model}}
        cluster: {nodes: 2}
        workload: {images_per_request: 1}
        """;

    private const string Trained = """
        name: trained
        threads: 1
        dataset: DATASET
        model: {image_size: 32, patch_size: 16, hidden_size: 12, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 24,
          training: {epochs: 1, batch_size: 10}}
        models: {m: {}}
        cluster: {nodes: 2}
        workload: {images_per_request: 1}
        """;

    private static VisionTransformer WriteModel(Cli cli, JsonElement stored, Func<int, string> label)
    {
        var config = new VitConfig
        {
            Architecture = stored.GetProperty("model_type").GetString() == "deit" ? ModelArchitecture.Deit : ModelArchitecture.Vit,
            ImageSize = stored.GetProperty("height").GetInt32(),
            PatchSize = 4,
            NumChannels = stored.GetProperty("channels").GetInt32(),
            HiddenSize = 24,
            NumHiddenLayers = 2,
            NumAttentionHeads = 3,
            IntermediateSize = 24,
            NumLabels = Classes,
            Id2Label = [.. Enumerable.Range(0, Classes).Select(label)],
            InitializerRange = 0.3, // so that answers differ
        };
        VisionTransformer model = VisionTransformer.Create(config, 5);
        model.eval();
        ModelFolder.Save(cli.At("model"), model, Preprocessor.For(config));
        File.WriteAllText(cli.At("model/preprocessor_config.json"), stored.GetProperty("config").GetRawText());
        return model;
    }

    /// <summary>The stored images as the test split, in the folders of their classes; every class has a training image.</summary>
    private static void WriteImages(Cli cli, JsonElement stored, int[] classes, Func<int, string> folder)
    {
        for (int i = 0; i < Classes; i++)
        {
            Directory.CreateDirectory(cli.At($"data/train/{folder(i)}"));
            File.WriteAllBytes(cli.At($"data/train/{folder(i)}/t.png"), NoiseImage.Png(i, 12, 12));
        }

        foreach ((JsonElement image, int i) in stored.GetProperty("images").EnumerateArray().Select((image, i) => (image, i)))
        {
            Directory.CreateDirectory(cli.At($"data/test/{folder(classes[i])}"));
            File.WriteAllBytes(
                cli.At($"data/test/{folder(classes[i])}/{i}.png"),
                NoiseImage.Png(image.GetProperty("seed").GetInt32(), image.GetProperty("height").GetInt32(), image.GetProperty("width").GetInt32()));
        }
    }

    /// <summary>The model's answer to stored bytes, which become numbers here by the words of the config alone.</summary>
    private static int Tell(VisionTransformer model, JsonElement stored, JsonElement image)
    {
        JsonElement config = stored.GetProperty("config");
        int channels = model.Config.NumChannels, side = model.Config.ImageSize;
        bool clip = config.TryGetProperty("image_processor_type", out JsonElement type) && type.GetString() is "BitImageProcessor" or "CLIPImageProcessor";
        bool Flag(string key) => !config.TryGetProperty(key, out JsonElement flag) || flag.GetBoolean();
        double[] List(string key, double[] otherwise) => config.TryGetProperty(key, out JsonElement list)
            ? [.. list.EnumerateArray().Select(number => number.GetDouble())] : otherwise;
        double factor = !Flag("do_rescale") ? 1 : config.TryGetProperty("rescale_factor", out JsonElement stated) ? stated.GetDouble() : 1 / 255.0;
        double[] mean = List("image_mean", clip ? [0.48145466, 0.4578275, 0.40821073] : [0.5, 0.5, 0.5]),
            std = List("image_std", clip ? [0.26862954, 0.26130258, 0.27577711] : [0.5, 0.5, 0.5]);
        byte[] bytes = image.GetProperty("pixels").GetBytesFromBase64();
        float[] values = [.. bytes.Select((value, i) =>
        {
            int channel = i / (side * side);
            double scaled = value * factor;
            return (float)(Flag("do_normalize") ? (scaled - mean[channel]) / std[channel] : scaled);
        })];
        using VitOutput output = model.Forward(tensor(values).reshape(1, channels, side, side), [.. Enumerable.Range(0, model.Config.NumHiddenLayers)]);
        return (int)output.Logits.argmax(1).item<long>();
    }

    private static string[] Column(string folder, string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, "conditions.csv"));
        int at = Array.IndexOf(lines[0].Split(','), name);
        return [.. lines[1..].Select(line => double.Parse(line.Split(',')[at], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture))];
    }
}
