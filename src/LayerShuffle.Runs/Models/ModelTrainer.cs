using System.Text.Json;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Models;

/// <summary>Makes a scenario's models: trains them through layer actors, imports checkpoints, or takes them from the store.</summary>
/// <param name="scenario">The scenario.</param>
/// <param name="data">Its images.</param>
/// <param name="backend">Trains.</param>
/// <param name="store">Keeps.</param>
/// <param name="options">What the command line asks for.</param>
/// <param name="folder">The results folder.</param>
/// <param name="log">The run's log.</param>
/// <param name="time">For how long trainings take, which reaches no result.</param>
internal sealed class ModelTrainer(Scenario scenario, RunData data, IRunBackend backend, ModelStore store, RunOptions options, string folder, IRunLog log,
    TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly Lock gate = new(); // around what is ready: models may be made side by side
    private readonly Dictionary<(string Name, int Seed), (TrainedModel Model, TimeSpan Took)> ready = [];
    private readonly SortedDictionary<string, Func<string>> going = new(StringComparer.Ordinal); // by label, how the trainings stand that go on
    private readonly TrainingKeys keys = new(scenario, data, backend.Place, options.TrainedAnywhere ? store : null);
    private readonly EpochAccuracies epochs = new(data, store, log);

    /// <summary>Says what is going to be trained for trials and what is not.</summary>
    public void Foretell(IReadOnlyList<PlannedTrial> trials)
    {
        foreach (string line in TrainingForecast.Lines(scenario, trials, keys, data, store, options.Retrain))
            log.Line(line);
    }

    /// <summary>The model of a training seed; what it starts from is made first.</summary>
    public TrainedModel Get(ModelSpec spec, int trainingSeed, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (ready.TryGetValue((spec.Name, trainingSeed), out (TrainedModel Model, TimeSpan Took) made))
                return made.Model;
        }

        TrainedModel? origin = keys.Origin(spec, trainingSeed) is { } from ? Get(from.Spec, from.Seed, cancellation) : null;
        long begin = time.GetTimestamp();
        TrainedModel model = Make(spec, trainingSeed, origin, cancellation);
        lock (gate)
        {
            ready[(spec.Name, trainingSeed)] = (model, time.GetElapsedTime(begin));
            going.Remove(TrainingForecast.Label(spec, trainingSeed));
        }

        return model;
    }

    /// <summary>How long it took to make a model that is made, or to take it from the store, without what it started from.</summary>
    public TimeSpan Took(ModelSpec spec, int trainingSeed)
    {
        lock (gate)
            return ready[(spec.Name, trainingSeed)].Took;
    }

    /// <summary>
    /// Makes all models that trials need, several at a time, each when what it starts from is made. A training has a thread of its own, which computes with as
    /// many threads as it would alone: its weights are the same. Where one fails, the others stop, as they do where somebody stops the run.
    /// </summary>
    /// <param name="trials">The trials.</param>
    /// <param name="most">How many are made at a time.</param>
    /// <param name="cancellation">Stops it; last checkpoints stay.</param>
    public void MakeSideBySide(IReadOnlyList<PlannedTrial> trials, int most, CancellationToken cancellation)
    {
        List<Wanted> wanted = [.. scenario.Models.SelectMany(spec => Enumerable.Range(0, ScenarioExpander.TrainingSeeds(spec))
            .Where(seed => keys.IsNeeded(trials, spec, seed)).Select(seed => new Wanted(spec, seed)))];
        SideBySide.Do(wanted, one => keys.Origin(one.Spec, one.Seed) is { } origin ? new Wanted(origin.Spec, origin.Seed) : null, most, (one, stop) =>
        {
            set_num_threads(data.Threads);
            Doing.While(() => $"preparing the model {one.Spec.Name}", () => Get(one.Spec, one.Seed, stop));
        }, cancellation);
    }

    /// <summary>A model as it was at the checkpoint before its last: after the epoch before, if that is kept; else as it was when its training began.</summary>
    /// <exception cref="RunFailedException">Neither is known.</exception>
    public VisionTransformer Before(ModelSpec spec, int trainingSeed, CancellationToken cancellation)
    {
        TrainedModel last = Get(spec, trainingSeed, cancellation);
        var past = new VisionTransformer(last.Model.Config);
        int chosen = spec.Training is { } training ? TrainingCourse.Chosen(ModelSpecs.Options(training), last.Records) : 0;
        bool isKnown = chosen > 1 && store.HasEpoch(last.Hash, chosen - 1) && store.LoadEpoch(last.Hash, chosen - 1, past);
        if (!isKnown && chosen > 0 && keys.Origin(spec, trainingSeed) is { } from)
        {
            using DisposeScope scope = NewDisposeScope();
            past.LoadState(Get(from.Spec, from.Seed, cancellation).Model.StateDictionary(), $"init_from: {spec.InitFrom}", allowMissingVariantTensors: true);
            isKnown = true;
        }

        if (!isKnown)
        {
            past.Dispose();
            throw new RunFailedException($"{spec.Name}: no checkpoint before its last is kept, so no node can answer with stale weights. Train it here for two "
                + $"epochs or more (their weights are kept up to {DataSize.Text(ModelStore.EpochBudget)}), or let it start from another model (`init_from`).");
        }

        past = past.To(data.Device);
        past.eval();
        return past;
    }

    /// <summary>Judges all checkpoints before the first training begins, and says what of them is new or left out.</summary>
    /// <exception cref="ModelFormatException">One cannot be used.</exception>
    public void CheckImports()
    {
        foreach (ModelSpec spec in scenario.Models.Where(spec => spec.Checkpoint is not null))
            ModelFolder.Check(spec.Checkpoint!,
                ModelSpecs.Loading(spec, data.Dataset(spec).Train.ClassNames, 0, sentence => log.Line($"{spec.Name}: {sentence}")));
    }

    private TrainedModel Make(ModelSpec spec, int trainingSeed, TrainedModel? origin, CancellationToken cancellation)
    {
        string label = TrainingForecast.Label(spec, trainingSeed);
        SeedTree luck = Rehearsals.Luck(scenario, trainingSeed);
        TrainingKey key = keys.Of(spec, trainingSeed, origin?.Hash);
        if (spec.Training is null)
        {
            (VisionTransformer fresh, Preprocessor itsOwn) = Start(spec, origin, luck);
            log.Line($"{label}: {(spec.Checkpoint is null ? "not trained" : "imported, not trained")}");
            Announce(label, fresh.Config, itsOwn);
            return new TrainedModel(fresh, itsOwn, key.Hash, [], false);
        }

        var making = new Making(spec, trainingSeed, label, luck, key);
        TrainingKey own = key.ForRun(folder);
        if (options.Resume is not null && store.Has(own.Hash) && Kept(making with { Key = own }, cancellation) is { } disturbed)
            return disturbed with { Disturbed = "in this run, before it was interrupted" };
        if (!options.Retrain && store.Has(key.Hash) && Kept(making, cancellation) is { } kept)
            return kept;
        using IDisposable alone = Alone(label, key.Hash, cancellation);
        if (options.Retrain)
            store.Forget(key.Hash);
        else if (store.Has(key.Hash) && Load(making, alone: true) is { } made)
            return made; // another run made it while this one waited
        return Train(making, origin, cancellation);
    }

    private TrainedModel Train(Making making, TrainedModel? origin, CancellationToken cancellation)
    {
        (ModelSpec spec, int trainingSeed, string label, SeedTree luck, TrainingKey key) = making;
        TrainingSpec training = spec.Training!;
        string hash = key.Hash;
        DropStrangers(label, hash);
        (VisionTransformer model, Preprocessor preprocessor) = Start(spec, origin, luck);
        Announce(label, model.Config, preprocessor);
        log.Line($"{label}: training, {training.Epochs} epochs of {data.TrainingCount(spec)} images{MetTally.Words(keys.Met(spec, trainingSeed))}");
        string tests = data.TestImages(spec, backend.Place);
        SortedDictionary<int, double[]> accuracies = store.Accuracies(hash, tests);
        int trainedNow = 0, images = training.BatchSize * training.Accumulation;
        double loss = 0;
        TrainingOptions asked = ModelSpecs.Options(training);
        var account = new TrainingAccount(time);
        string measured = "";
        TrainingJob job = Job(making, model, preprocessor) with
        {
            CheckpointDirectory = store.CheckpointDirectory(hash),
            Distillation = Teacher(training, origin, model),
            EpochTrained = record =>
            {
                trainedNow++;
                if (TrainingCourse.IsKept(asked, record.Epoch))
                    store.KeepEpoch(hash, record.Epoch, TrainingCourse.Kept(asked), model);
                if (record is { Top1Sequential: { } ordered, Top1Arbitrary: { } arbitrary })
                    accuracies[record.Epoch] = [ordered, arbitrary];
                store.KeepAccuracies(hash, tests, accuracies);
            },
            StepTrained = result => account.Step(loss = result.TotalLoss),
        };
        model.train();
        long begin = time.GetTimestamp();
        int at = 0, all = 0;
        var pace = new Pace(time);
        IReadOnlyList<TrainingRecord> records = Doing.While(() =>
            $"training {label}{(all > 0 ? $", step {at} of {all} (epoch {Math.Min(training.Epochs, 1 + at * training.Epochs / all)})" : "")}",
            () => backend.Train(
            job,
            training.Faults,
            record =>
            {
                measured = Heard(record with { Model = spec.Name, TrainingSeed = trainingSeed });
                log.Line(FormattableString.Invariant($"{label}: epoch {record.Epoch}/{training.Epochs}  loss {record.Loss:F3}{measured}"));
            },
            (step, total) =>
            {
                (at, all) = (step, total);
                string speed = pace.Of(step, total, images, "images"); // asked at every step, so that it counts from the first
                int epoch = Math.Min(training.Epochs, 1 + step * training.Epochs / total);
                (log as IRunWatch)?.Trains(new TrainingNews(label, step, total, epoch, training.Epochs, loss, speed));
                Status(label, () => FormattableString.Invariant($"{label}: step {step} of {total}") + (speed.Length > 0 ? FormattableString.Invariant(
                    $" (epoch {epoch}/{training.Epochs})  loss {loss:F3}  {speed}{measured}") : ""));
            },
            how => store.Disturb(hash, folder, how),
            account,
            cancellation));
        TrainingTally tally = job.Met is { } met ? MetTally.Of(met, job.Memory!.Losses) : account.Close(images);
        TimeSpan took = time.GetElapsedTime(begin) * ((double)training.Epochs / Math.Max(1, trainedNow));
        model.eval();
        records = epochs.Of(making.Label, hash, records, accuracies, of => Job(making, of, preprocessor), asked, model);
        return Keep(making, new TrainedModel(model, preprocessor, hash, records, false), accuracies, tests, took, job.Memory?.Losses) with { Tally = tally };
    }

    /// <summary>Says how a training stands, and with it how those beside it do.</summary>
    private void Status(string label, Func<string> text)
    {
        lock (gate)
            going[label] = text;
        log.Status(() =>
        {
            lock (gate)
                return string.Join("  |  ", going.Values.Select(one => one()));
        });
    }

    /// <summary>Tells who watches of an epoch; what was measured after it, for the log.</summary>
    private string Heard(TrainingRecord epoch)
    {
        (log as IRunWatch)?.Trained(epoch);
        return Measured(epoch);
    }

    /// <summary>Who teaches a model: the one that it starts from, or itself as it was imported.</summary>
    private Distillation? Teacher(TrainingSpec training, TrainedModel? origin, VisionTransformer model)
    {
        if (training.Distillation is not { } taught)
            return null;
        VisionTransformer teacher = origin?.Model ?? new VisionTransformer(model.Config).To(data.Device);
        if (origin is null)
            teacher.LoadState(model.StateDictionary(), "the model as it was imported");
        teacher.eval();
        return new Distillation(teacher, taught.Weight, taught.Temperature);
    }

    /// <summary>
    /// Checkpoints of a training that was disturbed are for the run alone in which it was; where an epoch's weights are damaged, its accuracies could not be
    /// measured again.
    /// </summary>
    private void DropStrangers(string label, string hash)
    {
        if (store.DamagedEpoch(hash) is { } epoch)
        {
            log.Line($"{label}: what an interrupted training left cannot be used (the weights kept of epoch {epoch} are not those that were written); it "
                + "begins anew");
            store.DropUnfinished(hash);
        }

        if (store.Disturbance(hash) is not { } disturbed || (options.Resume is not null && disturbed.Run == Path.GetFullPath(folder)))
            return;
        log.Line($"{label}: the checkpoints of an interrupted training are not used: it was disturbed ({disturbed.How.TrimEnd('.')})");
        store.DropUnfinished(hash);
    }

    /// <summary>Keeps a trained model: under its key if nothing disturbed its training, else for this run alone.</summary>
    private TrainedModel Keep(Making making, TrainedModel trained, SortedDictionary<int, double[]> accuracies, string tests, TimeSpan took,
        IReadOnlyList<double>? losses)
    {
        (ModelSpec spec, int trainingSeed, string label, _, TrainingKey key) = making;
        int images = data.TrainingCount(spec), chosen = TrainingCourse.Chosen(ModelSpecs.Options(spec.Training!), trained.Records);
        TrainingRecord? last = trained.Records.FirstOrDefault(record => record.Epoch == chosen);
        var about = new KeptModel(
            spec.Name, spec.Variant, FormattableString.Invariant($"{scenario.Dataset!.Kind}, {images} images"), scenario.Seed, trainingSeed,
                spec.Training!.Epochs, images,
            Math.Round(took.TotalSeconds, 3), Environment.MachineName, time.GetUtcNow(), last?.Top1Sequential, last?.Top1Arbitrary);
        string? disturbed = store.Disturbance(key.Hash)?.How;
        if (disturbed is null || spec.Training.Faults)
        {
            store.Keep(key, trained.Model, trained.Preprocessor, trained.Records, about, losses);
            return trained with { Disturbed = disturbed };
        }

        TrainingKey own = key.ForRun(folder);
        log.Line($"{label}: its training was disturbed ({disturbed.TrimEnd('.')}); it is kept for this run alone, and others train it again");
        store.DropUnfinished(key.Hash);
        using (Alone(label, own.Hash, CancellationToken.None))
        {
            store.Keep(own, trained.Model, trained.Preprocessor, trained.Records, about);
            store.KeepAccuracies(own.Hash, tests, accuracies);
        }

        return trained with { Hash = own.Hash, Disturbed = disturbed };
    }

    /// <summary>The model from the store, or null if it cannot be used: then it is made again.</summary>
    private TrainedModel? Kept(Making making, CancellationToken cancellation)
    {
        using (IDisposable shared = Hold(making.Label, () => store.TryShare(making.Key.Hash), cancellation))
        {
            // What is missing of its accuracies is written, and what is damaged is said and dropped, by who has it alone.
            if (!store.Has(making.Key.Hash) || store.Breach(making.Key.Hash) is not null || MissesAccuracies(making))
                return Exclusively(making, shared, cancellation);
            return Load(making, alone: false);
        }
    }

    private TrainedModel? Exclusively(Making making, IDisposable shared, CancellationToken cancellation)
    {
        shared.Dispose();
        using (Alone(making.Label, making.Key.Hash, cancellation))
            return store.Has(making.Key.Hash) ? Load(making, alone: true) : null;
    }

    private bool MissesAccuracies(Making making)
    {
        string tests = data.TestImages(making.Spec, backend.Place);
        SortedDictionary<int, double[]> known = store.Accuracies(making.Key.Hash, tests);
        IReadOnlyList<TrainingRecord>? records = store.Records(making.Key.Hash);
        return records is null || TrainingCourse.Measured(ModelSpecs.Options(making.Spec.Training!), records).Any(epoch => !known.ContainsKey(epoch));
    }

    /// <summary>Takes a model from the store; null if it cannot be used, which who holds its lock alone says, and drops it.</summary>
    private TrainedModel? Load(Making making, bool alone)
    {
        string hash = making.Key.Hash;
        try
        {
            (VisionTransformer model, Preprocessor preprocessor, IReadOnlyList<TrainingRecord> records) = store.Load(hash);
            model = model.To(data.Device);
            model.eval();
            log.Line($"{making.Label}: trained before with the same data, settings and seed{Elsewhere(making.Key)}; reused ({hash}; --retrain trains it "
                + "again)");
            string tests = data.TestImages(making.Spec, backend.Place);
            SortedDictionary<int, double[]> known = store.Accuracies(hash, tests);
            int before = known.Count;
            records = epochs.Of(making.Label, hash, records, known, of => Job(making, of, preprocessor), ModelSpecs.Options(making.Spec.Training!), model);
            if (known.Count > before)
                store.KeepAccuracies(hash, tests, known);
            store.Use(hash);
            return new TrainedModel(model, preprocessor, hash, [.. records.Select(r => r with { Model = making.Spec.Name, TrainingSeed = making.Seed })], true)
            {
                Tally = keys.Met(making.Spec, making.Seed) is { } met && store.Losses(hash) is { } losses ? MetTally.Of(met, losses) : null,
            };
        }
        catch (Exception e) when (e is ModelFormatException or JsonException or IOException)
        {
            if (!alone)
                return null;
            log.Line($"{making.Label}: what was kept of an earlier training cannot be used ({hash}: {e.Message.TrimEnd('.')}); it is made again");
            store.Forget(hash);
            return null;
        }
    }

    private string Elsewhere(TrainingKey key) => key.Parts["device"] == backend.Place.Device && key.Parts["threads"] == backend.Place.Threads
        && key.Parts["processor"] == backend.Place.Processor ? ""
        : $", at another place ({string.Join(", ", TrainingKey.PlaceParts.Select(part => key.Parts[part]))})";

    private TrainingJob Job(Making making, VisionTransformer model, Preprocessor preprocessor) => new(
        making.Spec.Name, making.Seed, model, ModelSpecs.Options(making.Spec.Training!), data.Training(model.Config, making.Spec.Training!, preprocessor),
            data.Test(model.Config, preprocessor), making.Luck, null)
    {
        Key = making.Key.Hash,
        Validation = data.Validation(model.Config, making.Spec.Training!, preprocessor),
        Met = keys.Met(making.Spec, making.Seed),
        Memory = making.Spec.Training!.Faults ? new() : null,
    };

    private static string Measured(TrainingRecord record) => FormattableString.Invariant(
        $"{(record.Top1Validation is { } held ? $"  top-1 on validation images {Percent.Of(held)}" : "")}")
            + (record.Top1Sequential is not { } ordered ? ""
                : $"  top-1 in order {Percent.Of(ordered)}  in random orders {Percent.Of(record.Top1Arbitrary)}");

    /// <summary>Waits until no other run makes or reads the same model.</summary>
    private IDisposable Alone(string label, string hash, CancellationToken cancellation) => Hold(label, () => store.TryLock(hash), cancellation);

    private IDisposable Hold(string label, Func<IDisposable?> attempt, CancellationToken cancellation)
    {
        for (bool said = false; ; said = true)
        {
            if (attempt() is { } held)
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
            IReadOnlyList<string> classes = data.Dataset(spec).Train.ClassNames;
            VitConfig its = ModelFolder.LoadConfig(checkpoint);
            bool others = its.NumLabels == classes.Count && ImportCheck.TrainsOtherClasses(spec, its, classes);
            if (others)
                log.Line($"{spec.Name}: the model's classes are other ones than the dataset's; its head is trained on for the dataset's");
            ModelLoadOptions loading = ModelSpecs.Loading(spec, classes, (long)luck.Child("init").Bits);
            if (others)
                loading = loading with { Overrides = _ => spec.Config with { Id2Label = classes } };
            (VisionTransformer imported, Preprocessor itsOwn) = ModelFolder.Load(checkpoint, loading);
            ImportCheck.Classes(checkpoint, imported.Config, classes);
            return (imported.To(data.Device), itsOwn);
        }

        VitConfig config = ModelSpecs.Config(spec, data.Dataset(spec).Train.ClassNames);
        if (origin is not null) // its head is for its classes, in its order
            config = config with { NumLabels = origin.Model.Config.NumLabels, Id2Label = origin.Model.Config.Id2Label };
        config.Validate();
        VisionTransformer model = VisionTransformer.Create(config, (long)luck.Child("init").Bits);
        ImageDataset dataset = data.Dataset(spec);
        Preprocessor preprocessor = PixelPlan.Of(dataset.Pixels, dataset.Normalization);
        if (origin is not null)
        {
            IReadOnlyDictionary<string, Tensor> weights = origin.Model.StateDictionary();
            HashSet<string> taken = [.. model.StateDictionary().Keys];
            if (weights.Keys.Where(name => !taken.Contains(name)).ToList() is { Count: > 0 } left)
                log.Line($"{spec.Name}: {left.Count} tensors of {spec.InitFrom} have no place in the variant {spec.Variant} and are left out: "
                    + $"{string.Join(", ", left)}");
            model.LoadState(weights, $"init_from: {spec.InitFrom}", allowMissingVariantTensors: true);
            preprocessor = origin.Preprocessor;
        }

        return (model.To(data.Device), preprocessor);
    }

    /// <summary>Says what a model that was imported, or comes from one, does with the dataset's pixels and classes.</summary>
    private void Announce(string label, VitConfig config, Preprocessor preprocessor)
    {
        if (!preprocessor.Stated)
            log.Line($"{label}: there is no preprocessor_config.json: images are resized to "
                + $"{preprocessor.Size}{(preprocessor.CropSize is { } crop ? $" and their middle of {crop} pixels is taken" : "")}; "
                + "mean and deviation are 0.5");
        if (preprocessor.PassedOver.Count > 0)
            log.Line($"{label}: keys of preprocessor_config.json that change no pixel here: {string.Join(", ", preprocessor.PassedOver)}");
        if (data.Classes(config, preprocessor).How is { } how)
            log.Line($"{label}: the dataset's classes are {how}");
    }

    /// <summary>A model that is to be made.</summary>
    private sealed record Wanted(ModelSpec Spec, int Seed);

    /// <summary>A model that is being made.</summary>
    private sealed record Making(ModelSpec Spec, int Seed, string Label, SeedTree Luck, TrainingKey Key);
}
