using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Transport.Blobs;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>One changed byte of anything that is kept to be read again, wherever it is, keeps it from being used.</summary>
[Collection(TrainedOnce.Name)]
public sealed class TamperedStoreTests : IDisposable
{
    private static readonly bool Long = LongTests.AreWanted;
    private readonly Cli cli = new();
    private readonly StringWriter said = new();
    private readonly ModelStore store;

    public TamperedStoreTests()
    {
        set_num_threads(1);
        store = new ModelStore(cli.At("cache"));
    }

    [Fact]
    public void A_kept_model()
    {
        string hash = Train(TrainedOnce.Scenario).Hash;
        store.Breach(hash).ShouldBeNull();
        string folder = cli.At($"cache/{hash}");
        string[] files = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("lock" or "used" or "about.json"))];
        files.Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["config.json", "epoch-1.safetensors", "epoch-2.safetensors", "key.json", "model.safetensors", "preprocessor_config.json", "seal.json",
            Path.GetFileName(Directory.GetFiles(Path.Combine(folder, "tests")).Single()), "training.json"], ignoreOrder: true);
        foreach (string file in files)
            EveryHundredth(file, what => store.Breach(hash).ShouldNotBeNull(what));
        store.Breach(hash).ShouldBeNull();
        Should.Throw<ModelFormatException>(() => Flipped(files[0], 5, () => store.Load(hash)));
    }

    [Fact]
    public void What_is_told_of_a_model_never_ends_a_run()
    {
        string hash = Train(TrainedOnce.Scenario).Hash;
        TrainingKey key = store.Entries().Single().Key!;
        EveryHundredth(cli.At($"cache/{hash}/about.json"), what => StoreSearch.TookLike(key, 2, 96, store.Entries()), 1);
        string text = File.ReadAllText(cli.At($"cache/{hash}/about.json"));
        File.WriteAllText(cli.At($"cache/{hash}/about.json"), System.Text.RegularExpressions.Regex.Replace(text, "\"Seconds\":[^,]*", "\"Seconds\":1e300"));
        StoreSearch.TookLike(key, 2, 96, store.Entries()).ShouldBeNull();
    }

    [Fact]
    public void A_checkpoint_and_what_else_an_interrupted_training_left()
    {
        TrainedModel whole = Train(TrainedOnce.Scenario);
        store.Remove(store.Entries());
        Interrupt();
        string hash = store.Entries().ShouldHaveSingleItem().Hash, folder = cli.At($"cache/{hash}"), kept = cli.At("kept");
        string[] files = [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock")];
        files.Count(file => file.Contains("checkpoint-1", StringComparison.Ordinal)).ShouldBe(7); // weights, three layers and the coordinator, records, seal
        foreach (string file in files.Where(file => file.Contains("checkpoint-1", StringComparison.Ordinal)))
            EveryHundredth(file, what => Core.Files.FolderSeal.Breach(Path.GetDirectoryName(file)!, hash).ShouldNotBeNull(what));
        EveryHundredth(files.Single(file => file.EndsWith("epoch-1.safetensors", StringComparison.Ordinal)),
            what => store.DamagedEpoch(hash).ShouldBe(1, what));
        string tests = files.Single(file => file.Contains("/tests/", StringComparison.Ordinal));
        EveryHundredth(tests, what => store.Accuracies(hash, Path.GetFileNameWithoutExtension(tests)).ShouldBeEmpty(what), Long ? 1 : 10);
        store.Accuracies(hash, Path.GetFileNameWithoutExtension(tests)).Count.ShouldBe(1);

        // Whichever of them it is, the training comes to the same model.
        foreach (string file in files.Where(file => Path.GetFileName(file) is "model.safetensors" or "epoch-1.safetensors" || file == tests))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            said.GetStringBuilder().Clear();
            TrainedModel again = Train(TrainedOnce.Scenario);
            said.ToString().ShouldContain(file == tests ? "measuring the accuracies of its epochs" : "begins anew");
            again.Records.ShouldBe(whole.Records, file);
            again.Model.StateDictionary().Values.Zip(whole.Model.StateDictionary().Values).All(pair => pair.First.equal(pair.Second).all().item<bool>())
                .ShouldBeTrue(file);
            store.Remove(store.Entries());
            Interrupt();
        }
    }

    [Fact]
    public void A_checkpoint_of_another_seed_is_none_of_this_training()
    {
        string others = TrainedOnce.Scenario.Replace("seed: 7", "seed: 8", StringComparison.Ordinal);
        TrainedModel whole = Train(others);
        store.Remove(store.Entries());
        Interrupt();
        string mine = store.Entries().ShouldHaveSingleItem().Hash;
        Directory.Move(cli.At($"cache/{mine}"), cli.At($"cache/{whole.Hash}")); // it is sealed, and whole
        said.GetStringBuilder().Clear();
        TrainedModel again = Train(others);
        said.ToString().ShouldContain("begins anew");
        said.ToString().ShouldContain("plain: epoch 1/2");
        again.Records.ShouldBe(whole.Records);
    }

    [Fact]
    public void What_killed_runs_left_unfinished_goes_where_nobody_is_at_work()
    {
        string hash = Train(TrainedOnce.Scenario).Hash, busy = new('a', 32);
        Directory.CreateDirectory(cli.At($"cache/{busy}/checkpoints/checkpoint-1.tmp"));
        File.WriteAllText(cli.At($"cache/{hash}/model/model.safetensors.99.1.tmp"), "half");
        File.WriteAllText(cli.At("cache/.writable-99"), "");
        store.Breach(hash).ShouldBeNull(); // it is no part of it
        using (store.TryLock(busy).ShouldNotBeNull())
            store.Sweep();
        File.Exists(cli.At($"cache/{hash}/model/model.safetensors.99.1.tmp")).ShouldBeFalse();
        File.Exists(cli.At("cache/.writable-99")).ShouldBeFalse();
        Directory.Exists(cli.At($"cache/{busy}/checkpoints/checkpoint-1.tmp")).ShouldBeTrue();
        store.Sweep();
        Directory.Exists(cli.At($"cache/{busy}/checkpoints/checkpoint-1.tmp")).ShouldBeFalse();
    }

    [Fact]
    public void A_blob_of_a_workers_cache()
    {
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        Directory.CreateDirectory(cli.At("blobs"));
        string file = cli.At("blobs/" + hash);
        File.WriteAllBytes(file, bytes);
        new BlobCache(cli.At("blobs")).TryTake(hash, out byte[]? taken).ShouldBeTrue();
        taken.ShouldBe(bytes);
        for (int at = 0; at < bytes.Length; at += Long ? 1 : 100)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= 1;
            File.WriteAllBytes(file, flipped);
            new BlobCache(cli.At("blobs")).TryTake(hash, out _).ShouldBeFalse($"byte {at}");
            File.Exists(file).ShouldBeFalse();
        }
    }

    public void Dispose()
    {
        cli.Dispose();
        said.Dispose();
    }

    private static void EveryHundredth(string file, Action<string> check, int stride = 0)
    {
        int length = (int)new FileInfo(file).Length;
        for (int at = 0; at < length; at += stride > 0 ? stride : Long ? 1 : Math.Max(100, length / 300 / 100 * 100))
            Flipped(file, at, () => check($"{Path.GetFileName(file)}, byte {at}"));
    }

    private static void Flipped(string file, int at, Action action)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
        try
        {
            action();
        }
        finally
        {
            bytes[at] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
    }

    private void Interrupt()
    {
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(TrainedOnce.Scenario, text =>
        {
            if (text.Contains("epoch 1/2", StringComparison.Ordinal))
                stop.Cancel();
        }, stop.Token));
    }

    private TrainedModel Train(string text, Action<string>? heard = null, CancellationToken cancellation = default)
    {
        Scenario scenario = ScenarioLoader.Load(cli.Write("kept.yaml", text)).Scenario!;
        using var backend = new VirtualBackend(ComputePlace.Here("cpu", 1), line => said.WriteLine(line));
        using var listening = new Listening(said, heard);
        var log = new RunLog(Screen.Of(listening), TimeProvider.System);
        var trainer = new ModelTrainer(
            scenario, new RunData(scenario, new Lazy<Device>(() => CPU), 1), backend, store, new RunOptions { Scenario = cli.At("kept.yaml") }, cli.At("out"),
                log, TimeProvider.System);
        return trainer.Get(scenario.Models[0], 0, cancellation);
    }

    /// <summary>Passes on what is said, and tells of it.</summary>
    private sealed class Listening(StringWriter writer, Action<string>? heard) : StringWriter
    {
        public override void Write(string? value)
        {
            writer.Write(value);
            heard?.Invoke(value ?? "");
        }

        public override void Write(char value) => writer.Write(value);
    }
}
