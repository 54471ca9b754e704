using System.Globalization;
using System.Text.Json;
using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Supervision;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Models;

/// <summary>
/// Trained models under the hash of what decides their weights (<see cref="TrainingKey"/>). A finished model is a folder <c>HASH</c> with the model, its
/// epochs, and a seal over all of it; an unfinished one holds checkpoints. Runs at the same time may share the store: who makes or removes a model holds its
/// lock alone, who reads it shares the lock.
/// </summary>
public sealed class ModelStore
{
    /// <summary>
    /// The weights of epochs that may be wanted are kept while they take no more than this: with them, accuracies on other test images are known without
    /// training again.
    /// </summary>
    internal const long EpochBudget = 256L << 20;

    private const string Model = "model", Training = "training.json", Checkpoints = "checkpoints", Epochs = "epochs", Tests = "tests",
        LossesName = "losses.json", KeyName = "key.json", AboutName = "about.json", UsedName = "used",
        DisturbedName = "disturbed.json";

    private readonly string root;
    private readonly StoreLocks locks;
    private readonly TimeProvider time;

    /// <summary>The store.</summary>
    /// <param name="folder">Where it is; null: where <see cref="CacheRoot"/> says.</param>
    /// <param name="time">When models were used.</param>
    /// <param name="say">Told if it is not where one would look for it.</param>
    public ModelStore(string? folder = null, TimeProvider? time = null, Action<string>? say = null)
    {
        this.time = time ?? TimeProvider.System;
        root = folder is null ? CacheRoot.Find(say) : Path.GetFullPath(folder);
        locks = new StoreLocks(root);
    }

    /// <summary>Where it is.</summary>
    public string Root => root;

    /// <summary>Whether there is a finished model.</summary>
    internal bool Has(string hash) => File.Exists(Path.Combine(root, hash, ModelSeal.Name));

    /// <summary>Why a finished model cannot be used, for the end of a sentence; null if it is what was kept.</summary>
    internal string? Breach(string hash) => ModelSeal.Breach(Path.Combine(root, hash), hash);

    /// <summary>
    /// The finished model; the caller holds its lock, alone or shared. Its epochs bear the accuracies on test images of which none are known here:
    /// <see cref="Accuracies"/> has those.
    /// </summary>
    /// <exception cref="ModelFormatException">It is not what was kept.</exception>
    internal (VisionTransformer Model, Preprocessor Preprocessor, IReadOnlyList<TrainingRecord> Records) Load(string hash)
    {
        string folder = Path.Combine(root, hash);
        if (Breach(hash) is { } breach)
            throw new ModelFormatException(breach);
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(Path.Combine(folder, Model));
        List<TrainingRecord> records = JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(Path.Combine(folder, Training)))
            ?? throw new ModelFormatException($"{Training} holds no epochs");
        return (model, preprocessor, records);
    }

    /// <summary>The epochs of a finished model; null if they cannot be read.</summary>
    public IReadOnlyList<TrainingRecord>? Records(string hash)
    {
        try
        {
            return JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(Path.Combine(root, hash, Training)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The losses of a finished model's steps; null if they were not kept.</summary>
    internal IReadOnlyList<double>? Losses(string hash)
    {
        string file = Path.Combine(root, hash, LossesName);
        return File.Exists(file) ? JsonSerializer.Deserialize<List<double>>(File.ReadAllText(file)) : null;
    }

    /// <summary>The right to make a model, until it is disposed of or the process ends; null while another run has it.</summary>
    internal IDisposable? TryLock(string hash) => locks.Model(hash, alone: true);

    /// <summary>The right to read a model while nobody makes or removes it; null while somebody does.</summary>
    internal IDisposable? TryShare(string hash) => locks.Model(hash, alone: false);

    /// <summary>Notes that a run has taken a model.</summary>
    internal void Use(string hash)
    {
        string used = Path.Combine(root, hash, UsedName);
        try
        {
            if (!File.Exists(used))
                Disk.Replace(used, [], durable: false);
            File.SetLastWriteTimeUtc(used, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // another run notes the same at this moment, or the store can only be read
        }
    }

    /// <summary>Where checkpoints of an unfinished training are kept.</summary>
    internal string CheckpointDirectory(string hash) => Disk.MakeFolder(Path.Combine(root, hash, Checkpoints));

    /// <summary>Epochs that the checkpoints of an unfinished training have behind them; 0 if there are none.</summary>
    internal int EpochsDone(string hash)
    {
        const string Prefix = "checkpoint-";
        string folder = Path.Combine(root, hash, Checkpoints);
        return !Directory.Exists(folder) || Disturbance(hash) is not null ? 0 : Directory.GetDirectories(folder, Prefix + "*")
            .Select(path => int.TryParse(Path.GetFileName(path)[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int epochs)
                ? epochs : 0).DefaultIfEmpty(0).Max();
    }

    /// <summary>
    /// Notes that an unfinished training was disturbed: from here on its checkpoints are none of an undisturbed one, and only that run may go on from them.
    /// </summary>
    internal void Disturb(string hash, string run, string how)
    {
        if (Disturbance(hash) is null)
            Disk.Replace(Path.Combine(root, hash, DisturbedName),
                JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["run"] = Path.GetFullPath(run), ["how"] = how }));
    }

    /// <summary>The run in which an unfinished training was disturbed, and how; null if it was not.</summary>
    internal (string Run, string How)? Disturbance(string hash)
    {
        string path = Path.Combine(root, hash, DisturbedName);
        try
        {
            return !File.Exists(path) || JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) is not { } told ? null
                : (told.GetValueOrDefault("run", ""), told.GetValueOrDefault("how", ""));
        }
        catch (JsonException)
        {
            return ("", "a note of that is damaged");
        }
    }

    /// <summary>Keeps the weights of an epoch, as long as there is room for those of so many.</summary>
    internal void KeepEpoch(string hash, int epoch, int epochs, VisionTransformer model)
    {
        if (model.Config.ParameterCount * sizeof(float) * epochs > EpochBudget)
            return;
        string folder = Disk.MakeFolder(Path.Combine(root, hash, Epochs));
        using (NewDisposeScope())
            SealedWeights.Write(EpochFile(folder, epoch), hash, epoch, model.StateDictionary());
    }

    /// <summary>Whether there is a file with the weights of an epoch.</summary>
    internal bool HasEpoch(string hash, int epoch) => File.Exists(EpochFile(Path.Combine(root, hash, Epochs), epoch));

    /// <summary>Puts the weights of an epoch into a model; false if they are not kept, or are not those that were.</summary>
    internal bool LoadEpoch(string hash, int epoch, VisionTransformer model)
    {
        string file = EpochFile(Path.Combine(root, hash, Epochs), epoch);
        using DisposeScope scope = NewDisposeScope();
        // the seal of a finished model has been looked at
        if (!File.Exists(file) || (Has(hash) ? SafeTensors.Read(file) : SealedWeights.Read(file, hash, epoch)) is not { } weights)
            return false;
        model.LoadState(weights, file);
        return true;
    }

    /// <summary>An epoch of an unfinished training whose kept weights are not those that were written; null if there is none.</summary>
    internal int? DamagedEpoch(string hash)
    {
        string folder = Path.Combine(root, hash, Epochs);
        using DisposeScope scope = NewDisposeScope();
        return !Directory.Exists(folder) ? null : Directory.GetFiles(folder, "epoch-*.safetensors").Select(Number).Where(epoch => epoch > 0).Order()
            .Cast<int?>().FirstOrDefault(epoch => SealedWeights.Read(EpochFile(folder, epoch!.Value), hash, epoch.Value) is null);

        static int Number(string file) =>
            int.TryParse(Path.GetFileNameWithoutExtension(file)["epoch-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) ? epoch : 0;
    }

    /// <summary>The accuracies that are known of a model's epochs on some test images; empty if none are.</summary>
    internal SortedDictionary<int, double[]> Accuracies(string hash, string tests)
    {
        string file = TestsFile(hash, tests);
        try
        {
            return File.Exists(file) && JsonSerializer.Deserialize<KeptAccuracies>(File.ReadAllText(file)) is { Epochs: { } known } kept
                && kept == KeptAccuracies.Of(hash, tests, known) ? known : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Keeps accuracies; the caller holds the lock alone. A finished model is sealed anew.</summary>
    internal void KeepAccuracies(string hash, string tests, SortedDictionary<int, double[]> known)
    {
        Disk.MakeFolder(Path.Combine(root, hash, Tests));
        Disk.Replace(TestsFile(hash, tests), JsonSerializer.SerializeToUtf8Bytes(KeptAccuracies.Of(hash, tests, known)));
        if (Has(hash))
            ModelSeal.Write(Path.Combine(root, hash), hash);
    }

    /// <summary>Keeps a finished model; the caller holds its lock. Its checkpoints go.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="model">The model.</param>
    /// <param name="preprocessor">How it wants its images.</param>
    /// <param name="records">Its epochs.</param>
    /// <param name="about">What is told of it.</param>
    /// <param name="losses">The losses of its steps, where outages are told by them; null: they are not kept.</param>
    internal void Keep(TrainingKey key, VisionTransformer model, Preprocessor preprocessor, IReadOnlyList<TrainingRecord> records, KeptModel about,
        IReadOnlyList<double>? losses = null)
    {
        string folder = Disk.MakeFolder(Path.Combine(root, key.Hash));
        ModelFolder.Save(Path.Combine(folder, Model), model, preprocessor);
        Disk.Replace(Path.Combine(folder, KeyName), key.ToJson());
        Disk.Replace(Path.Combine(folder, AboutName), JsonSerializer.SerializeToUtf8Bytes(about));
        Disk.Replace(Path.Combine(folder, Training), JsonSerializer.SerializeToUtf8Bytes(records));
        if (losses is not null)
            Disk.Replace(Path.Combine(folder, LossesName), JsonSerializer.SerializeToUtf8Bytes(losses));
        DropUnfinished(key.Hash, epochsToo: false);
        ModelSeal.Write(folder, key.Hash); // last: its presence says that the model is whole
        Use(key.Hash);
    }

    /// <summary>Drops what an unfinished training left; the caller holds the lock.</summary>
    internal void DropUnfinished(string hash, bool epochsToo = true)
    {
        string folder = Path.Combine(root, hash);
        foreach (string part in (epochsToo ? new[] { Checkpoints, Epochs, Tests } : [Checkpoints]).Select(name => Path.Combine(folder, name))
            .Where(Directory.Exists))
            Disk.DeleteFolder(part);
        Disk.Delete(Path.Combine(folder, DisturbedName));
    }

    /// <summary>Removes what killed runs left unfinished, wherever nobody is at work.</summary>
    internal void Sweep()
    {
        try
        {
            foreach (string probe in Directory.EnumerateFiles(root, ".writable-*"))
                Disk.Delete(probe);
            using FileStream store = locks.Store(alone: false); // no folder goes meanwhile
            foreach (string folder in Directory.GetDirectories(root).Where(folder => IsHash(Path.GetFileName(folder)) && Disk.HasUnfinished(folder)))
            {
                using FileStream? held = StoreLocks.TryOpen(Path.Combine(folder, StoreLocks.Name), alone: true);
                if (held is not null)
                    Disk.DeleteUnfinished(folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a store that can only be read, or another run that tidies too
        }
    }

    /// <summary>Drops a model and its checkpoints; what is told of it stays, for how long it took, and the lock, as the caller holds it.</summary>
    internal void Forget(string hash)
    {
        string folder = Path.Combine(root, hash);
        Disk.Delete(Path.Combine(folder, ModelSeal.Name)); // first: without it the model counts as unfinished
        DropUnfinished(hash);
        Disk.Delete(Path.Combine(folder, Training));
        Disk.Delete(Path.Combine(folder, LossesName));
        if (Directory.Exists(Path.Combine(folder, Model)))
            Disk.DeleteFolder(Path.Combine(folder, Model));
    }

    /// <summary>All models, by hash; what cannot be read is told as far as it can be.</summary>
    public IReadOnlyList<StoreEntry> Entries() => !Directory.Exists(root) ? []
        : [.. Directory.GetDirectories(root).Order(StringComparer.Ordinal).Select(Entry).OfType<StoreEntry>()];

    /// <summary>Removes models and all that belongs to them.</summary>
    /// <returns>What was removed, and what was left because a run is at it.</returns>
    public (IReadOnlyList<StoreEntry> Removed, IReadOnlyList<StoreEntry> InUse) Remove(IReadOnlyList<StoreEntry> entries)
    {
        List<StoreEntry> removed = [], inUse = [];
        foreach (StoreEntry entry in entries)
            (Remove(entry.Hash) ? removed : inUse).Add(entry);
        return (removed, inUse);
    }

    private static string EpochFile(string folder, int epoch) => Path.Combine(folder, FormattableString.Invariant($"epoch-{epoch}.safetensors"));

    private string TestsFile(string hash, string tests) => Path.Combine(root, hash, Tests, tests + ".json");

    private bool Remove(string hash)
    {
        using FileStream store = locks.Store(alone: true); // nobody opens a lock meanwhile
        string folder = Path.Combine(root, hash);
        if (!Directory.Exists(folder))
            return true;
        using (FileStream? held = StoreLocks.TryOpen(Path.Combine(folder, StoreLocks.Name), alone: true))
        {
            if (held is null)
                return false;
            Forget(hash);
        }

        Disk.DeleteFolder(folder);
        return true;
    }

    private StoreEntry? Entry(string folder)
    {
        string hash = Path.GetFileName(folder);
        if (!IsHash(hash))
            return null; // the workers' blobs, or a stranger's
        try
        {
            FileInfo[] files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
            if (files.All(file => file.Name == StoreLocks.Name))
                return null; // nothing but a lock: somebody is about to begin
            FileInfo? used = files.FirstOrDefault(file => file.Name == UsedName);
            DateTime last = used?.LastWriteTimeUtc ?? files.Select(file => file.LastWriteTimeUtc).DefaultIfEmpty(Directory.GetLastWriteTimeUtc(folder)).Max();
            return new StoreEntry(hash, Read(Path.Combine(folder, KeyName), TrainingKeyOf),
                Read(Path.Combine(folder, AboutName), json => JsonSerializer.Deserialize<KeptModel>(json)), Has(hash), files.Sum(file => file.Length),
                new(last, TimeSpan.Zero));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // removed meanwhile
        }
    }

    private static bool IsHash(string name) => name.Length == 32 && name.All(char.IsAsciiHexDigitLower);

    private static TrainingKey? TrainingKeyOf(byte[] json) => TrainingKey.Parse(json);

    private static T? Read<T>(string path, Func<byte[], T?> read)
        where T : class
    {
        try
        {
            return File.Exists(path) ? read(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
