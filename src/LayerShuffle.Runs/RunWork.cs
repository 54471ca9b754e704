using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Folders;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Plans;
using LayerShuffle.Runs.Probes;
using LayerShuffle.Runs.Reliabilities;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;
using TorchSharp;

namespace LayerShuffle.Runs;

/// <summary>What a run computes: its models, then its trials, each written when it is finished.</summary>
/// <param name="plan">The plan.</param>
/// <param name="options">What was asked for.</param>
/// <param name="backend">Trains and runs trials; ended with the work.</param>
/// <param name="writer">Writes the rows.</param>
/// <param name="manifest">Writes <c>run.json</c>.</param>
/// <param name="folder">The results folder.</param>
/// <param name="log">The run's log.</param>
internal sealed class RunWork(
    RunPlan plan, RunOptions options, IRunBackend backend, ResultsWriter writer, RunManifest manifest, string folder, IRunLog log)
{
    private const int MostNamed = 5; // requests in a sentence
    private readonly TimeProvider time = options.Time;
    private readonly Scenario scenario = plan.Scenario;
    private readonly List<TrainingRecord> training = [];
    private readonly IRunWatch? watch = log as IRunWatch;
    private readonly List<LayerProbeRow> probed = [];
    private readonly List<EmbeddingRow> embedded = [];

    /// <summary>The epochs of the run's models.</summary>
    public IReadOnlyList<TrainingRecord> Training => training;

    /// <summary>Does all of it, and ends the cluster.</summary>
    public void RunTrials(CancellationToken cancellation)
    {
        bool whole = false;
        try
        {
            watch?.Planned([.. plan.With(writer.Trials).Select(trial => trial.Spec.Key)]);
            (RunData? data, ModelTrainer? trainer) = scenario.NetworkOnly ? (null, null) : Train(cancellation);
            var models = new TrialModels(scenario.Clock, trainer, data);
            var identities = new TrialIdentities(scenario, planned => data is null ? ""
                : $"{models.Trained(planned, cancellation).Trained.Hash}-{data.TestImages(planned.Model, backend.Place)}");
            if (identities.DropOthers(writer, plan.Trials) is { } dropped)
                log.Line($"warning: {dropped}");
            IReadOnlyList<PlannedTrial> trials = plan.With(writer.Trials);
            HashSet<int> finished = [.. writer.Trials.Select(t => t.Key.Trial)];
            foreach (TrialData done in writer.Trials)
                watch?.Finished(done);
            if (data is not null)
                Foretell([.. trials.Where(trial => !finished.Contains(trial.Spec.Key.Trial))], data, models, cancellation);
            var pace = new Pace(time);
            int number = 0;
            foreach (PlannedTrial planned in trials)
            {
                number++;
                cancellation.ThrowIfCancellationRequested();
                if (finished.Contains(planned.Spec.Key.Trial))
                    continue;
                string whatIsLeft = pace.Of(writer.Trials.Count, trials.Count) is { Length: > 0 } known
                    ? $"; {trials.Count - writer.Trials.Count} trials, {known[(known.IndexOf(' ', StringComparison.Ordinal) + 1)..]}" : "";
                string label = Label(planned.Spec.Key, number, trials.Count);
                Doing.While(() => $"running {label}",
                    () => RunTrial(planned, label, whatIsLeft, models.Of(planned, cancellation), identities.Of(planned), cancellation));
                manifest.Progress(writer.Trials.Count, trials.Count);
            }

            whole = true;
        }
        finally
        {
            End(whole);
        }
    }

    /// <summary>Ends the cluster; where something has failed before, this does not hide it.</summary>
    private void End(bool whole)
    {
        try
        {
            Doing.While(() => "ending the cluster", backend.Dispose);
        }
        catch (Exception e) when (!whole)
        {
            log.Line($"And the cluster did not end in order: {ErrorText.Sentence(e)}");
        }
    }

    private (RunData Data, ModelTrainer Trainer) Train(CancellationToken cancellation)
    {
        torch.Device device = Devices.Select(options.Device);
        var data = new RunData(scenario, new Lazy<torch.Device>(device), scenario.Threads)
        {
            Found = account => RunExecution.Tell(manifest.Dataset = account, log),
        };
        torch.set_num_threads(scenario.Threads);
        var store = new ModelStore(say: log.Line);
        store.Sweep();
        var trainer = new ModelTrainer(scenario, data, backend, store, options, folder, log, time);
        trainer.CheckImports();
        trainer.Foretell(plan.Trials);
        if (options.Trainings > 1)
            trainer.MakeSideBySide(plan.Trials, options.Trainings, cancellation);
        foreach (ModelSpec spec in scenario.Models.Where(model => plan.Trials.Any(trial => trial.Model == model)))
        {
            Doing.While(() => $"preparing the model {spec.Name}", () => Prepare(spec, trainer, data, cancellation));
            manifest.Progress(writer.Trials.Count, plan.With(writer.Trials).Count);
        }

        if (scenario.Probes is not null)
        {
            LayersFile.Write(Path.Combine(folder, ResultsFiles.Layers), probed);
            if (scenario.Probes.Kinds.Contains(LayerProbe.Embedding))
                EmbeddingsFile.Write(Path.Combine(folder, ResultsFiles.Embeddings), embedded);
        }

        return (data, trainer);
    }

    private void Prepare(ModelSpec spec, ModelTrainer trainer, RunData data, CancellationToken cancellation)
    {
        int seeds = ScenarioExpander.TrainingSeeds(spec);
        List<TrainedModel> together = [];
        for (int seed = 0; seed < seeds; seed++)
        {
            if (!plan.Trials.Any(trial => trial.Model == spec && trial.Spec.Key.TrainingSeed == seed))
                continue; // not asked for
            TrainedModel model = trainer.Get(spec, seed, cancellation);
            writer.WriteTraining(model.Records);
            foreach (TrainingRecord epoch in model.Records)
                watch?.Trained(epoch);
            training.AddRange(model.Records);
            if (model.Tally is { } tally)
                writer.WriteTrainingOutages(spec.Name, seed, tally.Outages);
            if (options.Formats.TensorBoard)
                TrainingEvents.Write(folder, spec.Name, seed, model.Records);
            manifest.Model(spec.Name, seed, model, trainer.Took(spec, seed));
            string target = Path.Combine(folder, "models", spec.Name);
            ModelFolder.Save(seeds > 1 ? Path.Combine(target, $"seed-{seed}") : target, model.Model, model.Preprocessor);
            if (scenario.Probes is not { } probes)
                continue;
            log.Line($"{spec.Name}{(seeds > 1 ? $", seed {seed}" : "")}: asking its layers");
            var asked = new LayerProbes(model.Model, data.Test(model.Model.Config, model.Preprocessor), probes, SeedTree.Root(scenario.Seed).Child("probes"));
            probed.AddRange(asked.Ask(spec.Name, seed, cancellation));
            embedded.AddRange(asked.Embedded);
            together.Add(model);
        }

        if (scenario.Probes is { } joint && together.Count > 1)
            probed.AddRange(new SeedProbes([.. together.Select(model => model.Model)], data.Test(together[0].Model.Config, together[0].Preprocessor), joint,
                SeedTree.Root(scenario.Seed).Child("probes")).Ask(spec.Name, cancellation));
    }

    private void Foretell(IReadOnlyList<PlannedTrial> trials, RunData data, TrialModels models, CancellationToken cancellation)
    {
        foreach (string line in SoftErrors.Lines(plan.Trials))
            log.Line(line);
        foreach (string line in RequestForecast.Measured(scenario, trials, data, planned => models.Trained(planned, cancellation), time))
            log.Line($"warning: {line}");
    }

    private static string Label(TrialKey key, int number, int trials) =>
        $"trial {number}/{trials}  {key.Model}  {key.Condition}{(key.Policy == "default" ? "" : "  " + key.Policy)}";

    private void RunTrial(
        PlannedTrial planned, string label, string whatIsLeft, (ITrialModel Model, TrainedModel? Trained, int Images) with, TrialIdentity identity,
        CancellationToken cancellation)
    {
        watch?.Began(planned.Spec.Key);
        if (planned.Spec.Reliability is not null)
        {
            Weigh(planned, label, whatIsLeft, with, identity, cancellation);
            return;
        }

        int done = 0, total = Requests(planned.Spec, with.Images);
        var pace = new Pace(time);
        pace.Of(0, total);
        long notFinite = 0, offered = 0;
        List<RequestRecord> unhealed = [];
        DateTimeOffset? zero = null;
        using TrialWriter rows = writer.Begin(planned.Spec.Key, planned.Variant.SweepValues.ToDictionary(v => v.Key, v => v.Value),
            planned.Variant.SweepNumbers, identity, outages: scenario.Clock == ScenarioClock.Wall || planned.Spec.Faults.Any(fault => fault is OutageFault));
        TrialRecord record = backend.Run(planned.Spec, with.Model, with.Trained, with.Images, outcome =>
        {
            (done, notFinite, offered) = (done + 1, notFinite + outcome.NotFinite, offered + outcome.Images);
            watch?.Progressed(planned.Spec.Key, done, total);
            if (zero is null && outcome.Latency is { } latency)
                zero = time.GetUtcNow() - TimeSpan.FromTicks((outcome.Submitted + latency).Nanoseconds / 100);
            if (outcome.Unhealed && unhealed.Count < MostNamed)
                unhealed.Add(outcome);
            log.Status(() => $"{label}: {done} of {total} requests{Also(pace.Of(done, total))}{Also(backend.Status)}{whatIsLeft}");
        }, watch is null ? null : watch.Struck, rows, cancellation);
        if (scenario.Clock == ScenarioClock.Wall && zero is { } began && RequestSpans.IsWatched)
            RequestSpans.Emit(record, began);
        rows.Finish(record with { Flops = with.Trained is { } trained ? ModelFlops.Of(trained.Model.Config) : null });
        if (notFinite > 0)
            log.Line($"warning: {label}: {notFinite} of {offered} answers hold NaN or infinity; they count as wrong");
        TrialData written = writer.Trials[^1];
        watch?.Finished(written);
        log.Line(FormattableString.Invariant(
            $"{label}: {written.Metrics.Completed} of {written.Metrics.Requests} completed")
                + FormattableString.Invariant($"{(record.HasModel ? $", top-1 {Percent.Of(written.Metrics.Top1)}" : "")}"));

        if (written.Metrics is { Requests: 0 })
            log.Line($"warning: {label}: all requests were of the warm-up, so that nothing was measured; offer more, or shorten `workload.warm_up`");
        if (written.Metrics.Unhealed is > 0 and var many)
            log.Line($"liveness: {label}: from {planned.Spec.Workload.HealAfter} on all faults are lifted, but {many} request(s) did not complete: "
                + $"{string.Join(", ", unhealed.Select(Fate))}{(many > unhealed.Count ? ", …" : "")}");

        static string Fate(RequestRecord request) => FormattableString.Invariant(
            $"{request.Request} ({(request.Outcome == RequestOutcome.Failed ? "failed" : "deadline exceeded")}, submitted at {request.Submitted})");
        static string Also(string text) => text.Length > 0 ? "  " + text : "";
    }

    /// <summary>Sets of dead nodes instead of a trial in time.</summary>
    private void Weigh(
        PlannedTrial planned, string label, string whatIsLeft, (ITrialModel Model, TrainedModel? Trained, int Images) with, TrialIdentity identity,
        CancellationToken cancellation)
    {
        using TrialWriter rows = writer.Begin(planned.Spec.Key, planned.Variant.SweepValues.ToDictionary(v => v.Key, v => v.Value),
            planned.Variant.SweepNumbers, identity, outages: false);
        TrialRecord record = new ReliabilityTrial(planned.Spec, with.Model, with.Images).Run(
            (done, total) =>
            {
                watch?.Progressed(planned.Spec.Key, done, total);
                log.Status(() => $"{label}: {done} of {total} sets of missing layers{whatIsLeft}");
            }, cancellation);
        rows.Finish(record with { Flops = with.Trained is { } trained ? ModelFlops.Of(trained.Model.Config) : null });
        ReliabilityRecord weighed = record.Reliability!;
        string how = weighed.Expected.IsExact ? "weighed exactly" : FormattableString.Invariant($"of {ReliabilitySpec.Draws} draws");
        log.Line(FormattableString.Invariant($"{label}: {weighed.Sets.Count} sets of dead nodes, {how}: {Percent.Of(weighed.Expected.Completion)} completed")
            + (record.HasModel ? $", expected top-1 {Percent.Of(weighed.Expected.Top1)}" : ""));
        watch?.Finished(writer.Trials[^1]);
    }

    private static int Requests(TrialSpec spec, int images) => spec.Workload.Requests
        ?? (images + spec.Workload.ImagesPerRequest - 1) / spec.Workload.ImagesPerRequest;
}
