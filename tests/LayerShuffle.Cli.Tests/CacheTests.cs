using System.Text.Json;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Models;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// A model is trained once: what does not decide its weights does not train it again, what does is named, and what is no longer what was kept is found out.
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class CacheTests : IClassFixture<KeptModels>, IDisposable
{
    private readonly Cli cli = new();
    private readonly KeptModels kept;
    private int runs;

    public CacheTests(KeptModels kept)
    {
        this.kept = kept;
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));
    }

    [Fact]
    public void More_seeds_train_the_new_ones_alone()
    {
        string one = Run(), two = Run("model.training.seeds=2");
        cli.Error.ShouldContain("Reused, not trained again: plain (seed 0), shuffled (seed 0)");
        cli.Error.ShouldContain("plain (seed 1): to be trained, 2 epochs of 96 images; going by earlier trainings here that takes about ");
        cli.Error.ShouldNotContain("(seed 0): epoch");
        cli.Error.ShouldContain("shuffled (seed 1): epoch 2/2");
        File.ReadAllBytes(Path.Combine(two, "models/shuffled/seed-0/model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(one, "models/shuffled/model.safetensors")));
        Run("model.training.seeds=2");
        cli.Error.ShouldNotContain("epoch ");
    }

    [Theory]
    [InlineData("dataset.test=30")]
    [InlineData("model.training.checkpoint_epochs=2")]
    [InlineData("model.training.checkpoint_steps=3")]
    [InlineData("model.training.test_epochs=2")]
    [InlineData("model.training.momentum=0.5")] // AdamW has none
    [InlineData("models.plain.position_loss_weight=3")] // its variant has no such loss
    [InlineData("models.shuffled.layerdrop=0.5")]
    [InlineData("network.latency=20ms")]
    [InlineData("repeats=2")]
    public void What_does_not_decide_the_weights_trains_nothing_and_changes_no_byte(string set)
    {
        Run();
        string reused = Run(set);
        cli.Error.ShouldContain("Reused, not trained again: plain, shuffled");
        cli.Error.ShouldNotContain("epoch 1/");
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(reused, "run.json"))))
            manifest.RootElement.GetProperty("models").EnumerateObject().ShouldAllBe(model => model.Value.GetProperty("reused").GetBoolean());
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("another"));
        string anew = Run(set);
        cli.Error.ShouldContain("shuffled: epoch 2/2");
        foreach (string file in new[] { "training.csv", "conditions.csv", "requests.csv", "models/plain/model.safetensors",
            "models/shuffled/model.safetensors" })
            File.ReadAllBytes(Path.Combine(reused, file)).ShouldBe(File.ReadAllBytes(Path.Combine(anew, file)), file);
    }

    [Theory]
    [InlineData("model.training.epochs=3", "plain", "training.epochs (there 2, here 3)")]
    [InlineData("model.training.ema=0.9", "plain", "training.ema (there none, here 0.9)")] // a key made before there were averages has no such part
    [InlineData("model.training.accumulation=2", "plain", "training.accumulation (there none, here 2)")]
    [InlineData("model.training.precision=bf16", "plain", "training.precision (there fp32, here bf16)")]
    [InlineData("models.shuffled.position_loss_weight=2", "shuffled", "model.position_loss_weight (there 1, here 2)")]
    [InlineData("dataset.train=80", "plain", "training images")]
    [InlineData("threads=2", "plain", "threads (there 1, here 2)")]
    public void What_decides_them_is_named(string set, string model, string difference)
    {
        Run();
        cli.Run("run", cli.At("kept.yaml"), "--dry-run", "--set", set).ShouldBe(ExitCodes.Done, cli.Error);
        string line = cli.Output.Split('\n').First(text => text.StartsWith($"{model}: to be trained", StringComparison.Ordinal));
        line.ShouldContain("a kept one nearly matches, ");
        line.ShouldContain($"differs in {difference}");
        if (model == "shuffled")
            cli.Output.ShouldContain("Reused, not trained again: plain");
        Directory.Exists(cli.At("results")).ShouldBeFalse();
    }

    [Fact]
    public void The_key_names_no_version_of_the_program()
    {
        Run();
        StoreEntry[] entries = [.. new ModelStore().Entries()];
        entries.Length.ShouldBe(2);
        foreach (StoreEntry entry in entries)
        {
            entry.Key.ShouldNotBeNull().Hash.ShouldBe(entry.Hash);
            entry.Key.Parts.Keys.ShouldContain("arithmetic");
            entry.Key.Parts.Keys.ShouldNotContain("clock");
            entry.Key.Parts.Values.ShouldAllBe(value => !value.Contains('+', StringComparison.Ordinal)); // 1.0.0+COMMIT
        }
    }

    public static TheoryData<string> Damages => ["bit", "nan", "other weights", "other model", "config", "epochs", "accuracies", "key", "stranger"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void What_is_not_what_was_kept_is_made_again_with_a_word(string damage)
    {
        string whole = Run();
        StoreEntry[] entries = [.. new ModelStore().Entries()];
        string plain = cli.At($"cache/{entries.Single(entry => entry.About!.Name == "plain").Hash}"),
            shuffled = cli.At($"cache/{entries.Single(entry => entry.About!.Name == "shuffled").Hash}");
        Damage(damage, plain, shuffled);
        string again = Run();
        cli.Error.ShouldContain("shuffled: to be trained, 2 epochs of 96 images");
        cli.Error.ShouldContain("(what was kept of an earlier training cannot be used: ");
        cli.Error.Split('\n')
            .Count(line => line.StartsWith("shuffled: what was kept of an earlier training cannot be used (", StringComparison.Ordinal)
            && line.TrimEnd().EndsWith("it is made again", StringComparison.Ordinal)).ShouldBe(1);
        cli.Error.ShouldContain("Reused, not trained again: plain");
        foreach (string file in new[] { "training.csv", "requests.csv", "models/shuffled/model.safetensors" })
            File.ReadAllBytes(Path.Combine(again, file)).ShouldBe(File.ReadAllBytes(Path.Combine(whole, file)), file);
        Run();
        cli.Error.ShouldNotContain("epoch 1/");
    }

    [Fact]
    public void A_dry_run_tells_of_long_requests()
    {
        File.WriteAllText(cli.At("long.yaml"),
            TrainedOnce.Scenario.Replace("requests: 4, images_per_request: 10", "requests: 300000", StringComparison.Ordinal)
            .Replace("name: kept", "name: long", StringComparison.Ordinal));
        cli.Run("run", cli.At("long.yaml"), "--dry-run").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Output.ShouldContain("plain: 300000 requests of one image compute (a guess by the model's size) up to ");
        cli.Output.ShouldContain("`workload: {images_per_request: 50}`");
    }

    [Fact]
    public void Models_are_listed_and_removed_but_not_under_a_run()
    {
        cli.Run("models").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("No trained models are kept");
        Run();
        cli.Run("models").ShouldBe(ExitCodes.Done);
        string[] lines = cli.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4); // heads, two models, the sum
        lines[0].ShouldStartWith("hash");
        lines.Count(line => line.Contains("layershuffle-predict", StringComparison.Ordinal) && line.Contains("shapes, 96 images", StringComparison.Ordinal)
            && line.Contains("7.0", StringComparison.Ordinal)).ShouldBe(1);

        cli.Run("models", "prune", "--older-than", "1d").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldStartWith("0 model(s)");
        cli.Run("models", "prune", "--keep", "1", "--dry-run").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("1 model(s)");
        var store = new ModelStore();
        store.Entries().Count.ShouldBe(2);
        string plain = store.Entries().Single(entry => entry.About!.Name == "plain").Hash;
        using (store.TryShare(plain).ShouldNotBeNull()) // a run reads it
        {
            cli.Run("models", "prune", "--all").ShouldBe(ExitCodes.Done);
            cli.Output.ShouldStartWith("1 model(s)");
            cli.Output.ShouldContain($"{plain[..8]} stays: a run is at it.");
            store.Entries().ShouldHaveSingleItem().Hash.ShouldBe(plain);
        }

        Run();
        cli.Error.ShouldContain("Reused, not trained again: plain");
        using (store.TryLock(plain).ShouldNotBeNull()) // a run makes it
            cli.Run("models", "prune", "--keep", "0").ShouldBe(ExitCodes.Done);
        store.Entries().ShouldHaveSingleItem();
        cli.Run("models", "prune", "--all").ShouldBe(ExitCodes.Done);
        store.Entries().ShouldBeEmpty();
    }

    [Theory]
    [InlineData]
    [InlineData("--all", "--keep", "1")]
    [InlineData("--older-than", "30")]
    [InlineData("--older-than", "soon")]
    [InlineData("--keep", "-1")]
    public void What_to_remove_is_said_clearly_or_nothing_is(params string[] args) => cli.Run(["models", "prune", .. args]).ShouldBe(ExitCodes.Invalid);

    [Fact]
    public void Old_models_go_by_their_last_use()
    {
        Run();
        var store = new ModelStore();
        string plain = store.Entries().Single(entry => entry.About!.Name == "plain").Hash;
        File.SetLastWriteTimeUtc(cli.At($"cache/{plain}/used"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        cli.Run("models", "prune", "--older-than", "30d").ShouldBe(ExitCodes.Done);
        store.Entries().ShouldHaveSingleItem().About!.Name.ShouldBe("shuffled");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    private string Run(params string[] sets)
    {
        string output = cli.At($"out-{runs++}");
        cli.Write("kept.yaml", TrainedOnce.Scenario);
        if (runs == 1 && sets.Length == 0)
        {
            kept.CopyTo(output, cli.At("cache"));
            return output;
        }

        cli.Run(["run", cli.At("kept.yaml"), "--output", output, .. sets.SelectMany(set => new[] { "--set", set })]).ShouldBe(ExitCodes.Done, cli.Error);
        return output;
    }

    private static void Damage(string damage, string plain, string shuffled)
    {
        string weights = Path.Combine(shuffled, "model", "model.safetensors");
        switch (damage)
        {
            case "bit":
                byte[] bytes = File.ReadAllBytes(weights);
                bytes[^2] ^= 1;
                File.WriteAllBytes(weights, bytes);
                break;
            case "nan":
                using (DisposeScope scope = NewDisposeScope())
                {
                    (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(Path.Combine(shuffled, "model"));
                    using (no_grad())
                        model.Head.parameters().First().fill_(float.NaN);
                    ModelFolder.Save(Path.Combine(shuffled, "model"), model, preprocessor);
                }

                break;
            case "other weights":
                File.Copy(Path.Combine(plain, "epochs", "epoch-1.safetensors"), Path.Combine(shuffled, "epochs", "epoch-1.safetensors"), true);
                break;
            case "other model":
                Directory.Delete(shuffled, true);
                foreach (string file in Directory.GetFiles(plain, "*", SearchOption.AllDirectories))
                {
                    string target = Path.Combine(shuffled, Path.GetRelativePath(plain, file));
                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.Copy(file, target);
                }

                break;
            case "config":
                string config = Path.Combine(shuffled, "model", "config.json");
                File.WriteAllText(config, File.ReadAllText(config).Replace("1e-12", "1e-05", StringComparison.Ordinal) + "\n");
                break;
            case "epochs":
                File.WriteAllText(Path.Combine(shuffled, "training.json"), "[]");
                break;
            case "accuracies":
                string accuracies = Directory.GetFiles(Path.Combine(shuffled, "tests")).Single();
                File.WriteAllText(accuracies,
                    JsonSerializer.Serialize(new { Epochs = new Dictionary<int, double[]> { [1] = [0.99, 0.99], [2] = [0.99, 0.99] } }));
                break;
            case "key":
                File.Copy(Path.Combine(plain, "key.json"), Path.Combine(shuffled, "key.json"), true);
                break;
            default:
                File.WriteAllText(Path.Combine(shuffled, "model", "model-00001-of-00002.safetensors"), "x");
                break;
        }
    }
}
