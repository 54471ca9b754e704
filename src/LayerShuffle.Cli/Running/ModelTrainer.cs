using System.Reflection;
using System.Text.Json;
using LayerShuffle.Cluster.Training;
using LayerShuffle.Datasets;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Seeds;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Running;

/// <summary>Makes a scenario's models: trains them through layer actors, imports checkpoints, or takes them from the store.</summary>
internal sealed class ModelTrainer(Scenario scenario, RunData data, IRunBackend backend, ModelStore store, RunOptions options, RunLog log)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<(string Name, int Seed), TrainedModel> ready = [];

    /// <summary>The model of a training seed; what it starts from is made first.</summary>
    public TrainedModel Get(ModelSpec spec, int trainingSeed, CancellationToken cancellation)
    {
        if (ready.TryGetValue((spec.Name, trainingSeed), out TrainedModel? made))
            return made;
        TrainedModel? origin = null;
        if (spec.InitFrom is { } name)
        {
            ModelSpec from = scenario.Models.First(m => m.Name == name);
            origin = Get(from, Math.Min(trainingSeed, ScenarioExpander.TrainingSeeds(from) - 1), cancellation);
        }

        return ready[(spec.Name, trainingSeed)] = Make(spec, trainingSeed, origin, cancellation);
    }

    /// <summary>Judges all checkpoints before the first training begins, and says what of them is new or left out.</summary>
    /// <exception cref="ModelFormatException">One cannot be used.</exception>
    public void CheckImports()
    {
        foreach (ModelSpec spec in scenario.Models.Where(spec => spec.Checkpoint is not null))
            ModelFolder.Check(spec.Checkpoint!, ModelSpecs.Loading(spec, data.Dataset(spec.ImageSize).Train.ClassNames, 0, sentence => log.Line($"{spec.Name}: {sentence}")));
    }

    private TrainedModel Make(ModelSpec spec, int trainingSeed, TrainedModel? origin, CancellationToken cancellation)
    {
        string label = ScenarioExpander.TrainingSeeds(spec) > 1 ? $"{spec.Name} (seed {trainingSeed})" : spec.Name;
        SeedTree luck = SeedTree.Root(scenario.Seed).Child("training").Child(trainingSeed);
        string hash = Hash(spec, trainingSeed, origin, Prepared(spec, origin));
        using IDisposable? alone = spec.Training is null || (!options.Retrain && store.Has(hash)) ? null : Alone(label, hash, cancellation);
        if (spec.Training is not null && options.Retrain)
            store.Forget(hash);
        else if (spec.Training is not null && Kept(spec, trainingSeed, label, hash) is { } kept)
            return kept; // also if another run made it while this one waited

        (VisionTransformer fresh, Preprocessor preprocessor) = Start(spec, origin, luck);
        if (spec.Training is not { } training)
        {
            log.Line($"{label}: {(spec.Checkpoint is null ? "not trained" : "imported, not trained")}");
            Announce(label, fresh.Config, preprocessor);
            return new TrainedModel(fresh, preprocessor, hash, [], false);
        }

        log.Line($"{label}: training, {training.Epochs} epochs of {Prepared(spec, origin).Train.Count} images");
        Announce(label, fresh.Config, preprocessor);
        var job = new TrainingJob(
            spec.Name, trainingSeed, fresh, ModelSpecs.Options(training), data.Training(fresh.Config, training, preprocessor), data.Test(fresh.Config, preprocessor), luck,
            store.CheckpointDirectory(hash));
        fresh.train();
        IReadOnlyList<TrainingRecord> records = backend.Train(
            job,
            training.Faults,
            record => log.Line(FormattableString.Invariant(
                $"{label}: epoch {record.Epoch}/{training.Epochs}  loss {record.Loss:F3}  top-1 in order {Percent.Of(record.Top1Sequential)}  in random orders {Percent.Of(record.Top1Arbitrary)}")),
            (step, total) => log.Status(() => $"{label}: step {step} of {total}"),
            cancellation);
        fresh.eval();
        store.Keep(hash, fresh, preprocessor, records);
        return new TrainedModel(fresh, preprocessor, hash, records, false);
    }

    /// <summary>The model from the store; null if it is not there, or cannot be read any more and must be made again.</summary>
    private TrainedModel? Kept(ModelSpec spec, int trainingSeed, string label, string hash)
    {
        try
        {
            if (store.Find(hash) is not { } kept)
                return null;
            log.Line($"{label}: trained before with the same data, settings and seed; reused ({hash}; --retrain trains it again)");
            VisionTransformer model = kept.Model.To(data.Device);
            model.eval();
            Announce(label, model.Config, kept.Preprocessor);
            return new TrainedModel(model, kept.Preprocessor, hash, [.. kept.Records.Select(r => r with { Model = spec.Name, TrainingSeed = trainingSeed })], true);
        }
        catch (Exception e) when (e is ModelFormatException or JsonException or IOException)
        {
            log.Line($"{label}: what was kept of an earlier training cannot be used ({hash}: {e.Message.TrimEnd('.')}); it is made again");
            store.Forget(hash);
            return null;
        }
    }

    /// <summary>Waits until no other run makes the same model.</summary>
    private IDisposable Alone(string label, string hash, CancellationToken cancellation)
    {
        for (bool said = false; ; said = true)
        {
            if (store.TryLock(hash) is { } held)
                return held;
            if (!said)
                log.Line($"{label}: another run is training this very model; waiting for it");
            cancellation.WaitHandle.WaitOne(Poll); // no event tells of another process's lock
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private (VisionTransformer Model, Preprocessor Preprocessor) Start(ModelSpec spec, TrainedModel? origin, SeedTree luck)
    {
        if (spec.Checkpoint is { } checkpoint)
        {
            IReadOnlyList<string> classes = Prepared(spec, origin).Train.ClassNames;
            bool others = ImportCheck.TrainsOtherClasses(spec, ModelFolder.LoadConfig(checkpoint), classes);
            if (others)
                log.Line($"{spec.Name}: the model's classes are other ones than the dataset's; its head is trained on for the dataset's");
            ModelLoadOptions loading = ModelSpecs.Loading(spec, classes, (long)luck.Child("init").Bits);
            if (others)
                loading = loading with { Overrides = _ => spec.Config with { Id2Label = classes } };
            (VisionTransformer imported, Preprocessor itsOwn) = ModelFolder.Load(checkpoint, loading);
            ImportCheck.Classes(checkpoint, imported.Config, classes);
            return (imported.To(data.Device), itsOwn);
        }

        VitConfig config = ModelSpecs.Config(spec, Prepared(spec, origin).Train.ClassNames);
        if (origin is not null) // its head is for its classes, in its order
            config = config with { NumLabels = origin.Model.Config.NumLabels, Id2Label = origin.Model.Config.Id2Label };
        config.Validate();
        VisionTransformer model = VisionTransformer.Create(config, (long)luck.Child("init").Bits);
        ImageDataset dataset = data.Dataset(spec.ImageSize);
        Preprocessor preprocessor = PixelPlan.Of(dataset.Pixels, dataset.Normalization);
        if (origin is not null)
        {
            IReadOnlyDictionary<string, Tensor> weights = origin.Model.StateDictionary();
            HashSet<string> taken = [.. model.StateDictionary().Keys];
            if (weights.Keys.Where(name => !taken.Contains(name)).ToList() is { Count: > 0 } left)
                log.Line($"{spec.Name}: {left.Count} tensors of {spec.InitFrom} have no place in the variant {spec.Variant} and are left out: {string.Join(", ", left)}");
            model.LoadState(weights, $"init_from: {spec.InitFrom}", allowMissingVariantTensors: true);
            preprocessor = origin.Preprocessor;
        }

        return (model.To(data.Device), preprocessor);
    }

    /// <summary>Says what a model that was imported, or comes from one, does with the dataset's pixels and classes.</summary>
    private void Announce(string label, VitConfig config, Preprocessor preprocessor)
    {
        if (!preprocessor.Stated)
            log.Line($"{label}: there is no preprocessor_config.json: images are resized to {preprocessor.Size} and their middle of {preprocessor.CropSize} pixels is taken; mean and deviation are 0.5");
        if (preprocessor.PassedOver.Count > 0)
            log.Line($"{label}: keys of preprocessor_config.json that change no pixel here: {string.Join(", ", preprocessor.PassedOver)}");
        if (data.Classes(config, preprocessor).How is { } how)
            log.Line($"{label}: the dataset's classes are {how}");
    }

    /// <summary>The dataset as the model's images are prepared.</summary>
    private ImageDataset Prepared(ModelSpec spec, TrainedModel? origin)
    {
        PixelSteps? steps = origin is not null ? PixelPlan.Steps(origin.Preprocessor)
            : spec.Checkpoint is { } checkpoint ? PixelPlan.Steps(ImportCheck.Preprocessor(checkpoint)) : null;
        return data.Dataset(spec.ImageSize, steps);
    }

    private string Hash(ModelSpec spec, int trainingSeed, TrainedModel? origin, ImageDataset dataset) => ModelStore.Hash(new
    {
        Format = 2, // 2: images are resized as PIL does it, and the preprocessor says what was done
        Program = typeof(VirtualTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        Torch = typeof(Tensor).Assembly.GetName().Version?.ToString(),
        Data = scenario.NetworkOnly ? "" : dataset.Fingerprint,
        Model = spec with
        {
            Name = "",
            InitFrom = null,
            Checkpoint = null,
            Training = spec.Training is { } training ? training with { CheckpointEpochs = 0, CheckpointSteps = 0 } : null, // how often it is saved changes nothing
        },
        Origin = origin?.Hash,
        Checkpoint = spec.Checkpoint is { } folder && Directory.Exists(folder) ? ModelStore.HashFolder(folder) : null,
        scenario.Seed,
        TrainingSeed = trainingSeed,
        Threads = data.Threads,
        Clock = scenario.Clock.ToString(),
        Faults = spec.Training is { Faults: true } ? string.Join('\n', WallBackend.TrainingFaults(scenario).Select(strike => $"{strike.At} {strike.Fault.Name} {strike.Fault.GetType().Name} {strike.Begins} {string.Join(' ', strike.Targets)}")) : "",
        Device = data.Device.ToString(),
    });
}
