using System.Reflection;
using System.Text.Json;
using LayerShuffle.Cli.Terminal;
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

    private TrainedModel Make(ModelSpec spec, int trainingSeed, TrainedModel? origin, CancellationToken cancellation)
    {
        string label = ScenarioExpander.TrainingSeeds(spec) > 1 ? $"{spec.Name} (seed {trainingSeed})" : spec.Name;
        SeedTree luck = SeedTree.Root(scenario.Seed).Child("training").Child(trainingSeed);
        string hash = Hash(spec, trainingSeed, origin);
        using IDisposable? alone = spec.Training is null || (!options.Retrain && store.Has(hash)) ? null : Alone(label, hash, cancellation);
        if (spec.Training is not null && options.Retrain)
            store.Forget(hash);
        else if (spec.Training is not null && Kept(spec, trainingSeed, label, hash) is { } kept)
            return kept; // also if another run made it while this one waited

        (VisionTransformer fresh, Preprocessor preprocessor) = Start(spec, origin, luck);
        if (spec.Training is not { } training)
        {
            log.Line($"{label}: {(spec.Checkpoint is null ? "not trained" : "imported, not trained")}");
            return new TrainedModel(fresh, preprocessor, hash, [], false);
        }

        log.Line($"{label}: training, {training.Epochs} epochs of {data.Dataset(spec.ImageSize).Train.Count} images");
        var job = new TrainingJob(
            spec.Name, trainingSeed, fresh, ModelSpecs.Options(training), data.Training(spec, preprocessor), data.Test(spec.ImageSize, preprocessor), luck,
            store.CheckpointDirectory(hash));
        fresh.train();
        int at = 0, all = 0;
        var pace = new Pace(TimeProvider.System);
        IReadOnlyList<TrainingRecord> records = Doing.While(() => $"training {label}{(all > 0 ? $", step {at} of {all} (epoch {Math.Min(training.Epochs, 1 + at * training.Epochs / all)})" : "")}", () => backend.Train(
            job,
            training.Faults,
            record => log.Line(FormattableString.Invariant(
                $"{label}: epoch {record.Epoch}/{training.Epochs}  loss {record.Loss:F3}  top-1 in order {Percent.Of(record.Top1Sequential)}  in random orders {Percent.Of(record.Top1Arbitrary)}")),
            (step, total) =>
            {
                (at, all) = (step, total);
                string speed = pace.Of(step, total); // asked at every step, so that it counts from the first
                log.Status(() => $"{label}: step {step} of {total}{(speed.Length > 0 ? $" (epoch {Math.Min(training.Epochs, 1 + step * training.Epochs / total)}/{training.Epochs})  {speed}" : "")}");
            },
            cancellation));
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
            (VisionTransformer imported, Preprocessor itsOwn) = ModelFolder.Load(checkpoint, new ModelLoadOptions
            {
                ForceVariant = ModelSpecs.Variant(spec.Variant),
                AllowMissingVariantTensors = true,
                Seed = (long)luck.Child("init").Bits,
            });
            if (imported.Config.NumLabels != data.Dataset(imported.Config.ImageSize).Train.ClassNames.Count)
                throw new ModelFormatException($"{checkpoint}: the model tells {imported.Config.NumLabels} classes apart, the data set has {data.Dataset(imported.Config.ImageSize).Train.ClassNames.Count}.");
            return (imported.To(data.Device), itsOwn);
        }

        VitConfig config = ModelSpecs.Config(spec, data.Dataset(spec.ImageSize).Train.ClassNames);
        config.Validate();
        VisionTransformer model = VisionTransformer.Create(config, (long)luck.Child("init").Bits);
        NormalizationStats stats = data.Dataset(spec.ImageSize).Normalization;
        Preprocessor preprocessor = Preprocessor.For(config) with { ImageMean = stats.Mean, ImageStd = stats.Std };
        if (origin is not null)
        {
            model.LoadState(origin.Model.StateDictionary(), $"init_from: {spec.InitFrom}", allowMissingVariantTensors: true);
            preprocessor = origin.Preprocessor;
        }

        return (model.To(data.Device), preprocessor);
    }

    private string Hash(ModelSpec spec, int trainingSeed, TrainedModel? origin) => ModelStore.Hash(new
    {
        Format = 1,
        Program = typeof(VirtualTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        Torch = typeof(Tensor).Assembly.GetName().Version?.ToString(),
        Data = scenario.NetworkOnly ? "" : data.Dataset(spec.ImageSize).Fingerprint,
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
