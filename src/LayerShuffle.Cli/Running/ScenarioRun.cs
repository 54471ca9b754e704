using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Cluster;
using LayerShuffle.Cluster.Tensors;
using LayerShuffle.Cluster.Trials;
using LayerShuffle.Datasets;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Trials;
using LayerShuffle.Results;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;
using TorchSharp;

namespace LayerShuffle.Cli.Running;

/// <summary>One run: scenario → models → trials → CSV → table → expectations.</summary>
internal sealed class ScenarioRun(RunOptions options, TextWriter output, TextWriter error)
{
    private readonly TimeProvider time = TimeProvider.System; // progress and run.json only: it reaches no result
    private readonly RunLog log = new(error, ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected, TimeProvider.System);

    /// <summary>Runs it.</summary>
    /// <returns>An exit code.</returns>
    public int Execute(CancellationToken cancellation)
    {
        ScenarioLoadResult loaded = ScenarioLoader.Load(options.Scenario, options.Sets, options.Seed, options.Threads);
        foreach (Mistake warning in loaded.Warnings)
            log.Line($"warning: {warning}");
        foreach (Mistake mistake in loaded.Mistakes)
            log.Line(mistake.ToString());
        if (loaded.Scenario is not { } scenario || loaded.Mistakes.Count > 0)
        {
            log.Line($"{options.Scenario}: {loaded.Mistakes.Count} mistake(s); nothing was run.");
            return ExitCodes.Invalid;
        }

        options.Cluster.Check(scenario);
        IReadOnlyList<string> imports = ImportCheck.Find(scenario).Mistakes; // before anything is written or trained
        foreach (string mistake in imports)
            log.Line($"{options.Scenario}: {mistake}");
        if (imports.Count > 0)
            return ExitCodes.Invalid;
        TrialSelection selection = TrialSelection.Parse(options.Only, scenario);
        IReadOnlyList<PlannedTrial> trials = [.. ScenarioExpander.Plan(scenario).Where(selection.Holds)];
        if (options.DryRun)
        {
            Tell(DatasetReport.Inspect(scenario));
            DryRun.Print(output, loaded.EffectiveYaml, scenario, trials);
            return ExitCodes.Done;
        }

        if (!scenario.NetworkOnly)
            CheckComputing();
        using ClusterSecurity security = ClusterSecurity.For(options.Cluster.Security);
        IPEndPoint? listen = options.Cluster.ListenEndPoint(security.IsGiven); // before anything is written
        return Execute(scenario, loaded.EffectiveYaml, trials, selection, security, listen, cancellation);
    }

    /// <summary>Finds out before anything is written what layers could not be computed with.</summary>
    private void CheckComputing()
    {
        TorchLibrary.Need();
        CheckDevice();
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // where TorchSharp is missing, it must not be looked for before
    private void CheckDevice() => Devices.Select(options.Device);

    private int Execute(
        Scenario scenario, string effective, IReadOnlyList<PlannedTrial> trials, TrialSelection selection, ClusterSecurity security, IPEndPoint? listen, CancellationToken cancellation)
    {
        string folder = options.Resume is { } resumed ? Resume(resumed, effective) : OutputFolder.Create(options.Output, scenario.Name, time);
        File.WriteAllText(Path.Combine(folder, "scenario.yaml"), effective);
        log.Line($"{scenario.Name}, seed {scenario.Seed}: {trials.Count} trials; results in {folder}");
        var manifest = new RunManifest(folder, scenario, options, scenario.Threads, time);
        using var writer = new ResultsWriter(folder, scenario.Seed, scenario.Name, scenario.SweepKeys);
        try
        {
            using IRunBackend backend = scenario.Clock == ScenarioClock.Wall
                ? WallBackend.Start(
                    scenario, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effective)).AsSpan(0, 16)), security, listen, options.Cluster, folder, log, manifest.Cluster,
                    cancellation)
                : new VirtualBackend(log.Line);
            RunTrials(scenario, trials, backend, writer, manifest, folder, cancellation);
        }
        catch (Exception e)
        {
            log.ClearStatus();
            writer.WriteSummary();
            manifest.Write(e is OperationCanceledException ? "interrupted" : "failed", writer.Trials.Count, trials.Count);
            log.Line($"Stopped after {writer.Trials.Count} of {trials.Count} trials. What is finished is in {folder}; go on with: run {options.Scenario} --resume {folder}");
            throw;
        }

        log.ClearStatus();
        writer.WriteSummary();
        manifest.Write("done", writer.Trials.Count, trials.Count);
        OutputFolder.PointLatest(folder, scenario.Name);
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(writer.Trials);
        ConditionTable.Print(output, groups);
        output.WriteLine($"Results: {folder}");
        return ExpectationCheck.Print(output, scenario, groups, selection) ? ExitCodes.Done : ExitCodes.ExpectationFailed;
    }

    private void RunTrials(
        Scenario scenario, IReadOnlyList<PlannedTrial> trials, IRunBackend backend, ResultsWriter writer, RunManifest manifest, string folder,
        CancellationToken cancellation)
    {
        HashSet<int> finished = [.. writer.Trials.Select(t => t.Key.Trial)];
        RunData? data = null;
        ModelTrainer? trainer = null;
        if (!scenario.NetworkOnly)
        {
            data = new RunData(scenario, Devices.Select(options.Device), scenario.Threads) { Found = account => Tell(manifest.Dataset = account) };
            torch.set_num_threads(scenario.Threads);
            trainer = new ModelTrainer(scenario, data, backend, new ModelStore(), options, log);
            trainer.CheckImports();
            foreach (ModelSpec spec in scenario.Models.Where(model => trials.Any(trial => trial.Model == model)))
                Prepare(spec, trainer, writer, manifest, folder, cancellation);
        }

        int number = 0;
        foreach (PlannedTrial planned in trials)
        {
            number++;
            cancellation.ThrowIfCancellationRequested();
            TrialKey key = planned.Spec.Key;
            if (finished.Contains(key.Trial))
                continue;
            (ITrialModel model, TrainedModel? trained, int images) = Model(planned, trainer, data, cancellation);
            int done = 0;
            string label = $"trial {number}/{trials.Count}  {key.Model}  {key.Condition}{(key.Policy == "default" ? "" : "  " + key.Policy)}";
            TrialRecord record = backend.Run(planned.Spec, model, trained, images, _ =>
            {
                done++;
                log.Status(() => $"{label}: {done} requests{(backend.Status is { Length: > 0 } status ? $"  {status}" : "")}");
            }, cancellation);
            writer.WriteTrial(record, planned.Variant.SweepValues.ToDictionary(v => v.Key, v => v.Value), planned.Variant.SweepNumbers);
            if (record.Requests.Sum(request => request.NotFinite) is > 0 and var notFinite)
                log.Line($"warning: {label}: {notFinite} of {record.Requests.Sum(request => request.Images)} answers hold NaN or infinity; they count as wrong");
            TrialData written = writer.Trials[^1];
            log.Line(FormattableString.Invariant(
                $"{label}: {written.Metrics.Completed} of {written.Metrics.Requests} completed{(record.HasModel ? $", top-1 {Percent.Of(written.Metrics.Top1)}" : "")}"));
        }
    }

    private void Tell(DatasetAccount? account)
    {
        foreach (string line in account?.Lines() ?? [])
            log.Line(line);
    }

    private void Prepare(ModelSpec spec, ModelTrainer trainer, ResultsWriter writer, RunManifest manifest, string folder, CancellationToken cancellation)
    {
        int seeds = ScenarioExpander.TrainingSeeds(spec);
        for (int seed = 0; seed < seeds; seed++)
        {
            long begin = time.GetTimestamp();
            TrainedModel model = trainer.Get(spec, seed, cancellation);
            writer.WriteTraining(model.Records);
            manifest.Model(spec.Name, seed, model, time.GetElapsedTime(begin));
            string target = Path.Combine(folder, "models", spec.Name);
            ModelFolder.Save(seeds > 1 ? Path.Combine(target, $"seed-{seed}") : target, model.Model, model.Preprocessor);
        }
    }

    private static (ITrialModel Model, TrainedModel? Trained, int Images) Model(PlannedTrial planned, ModelTrainer? trainer, RunData? data, CancellationToken cancellation)
    {
        ModelSpec spec = planned.Model;
        if (trainer is null || data is null)
            return (new SizesOnlyModel(spec.NumHiddenLayers, spec.Tokens, spec.HiddenSize), null, planned.Spec.Workload.Requests!.Value * planned.Spec.Workload.ImagesPerRequest);
        TrainedModel trained = trainer.Get(spec, planned.Spec.Key.TrainingSeed, cancellation);
        ITestImages images = data.Test(trained.Model.Config, trained.Preprocessor);
        return (new TensorTrialModel(trained.Model, images), trained, images.Count);
    }

    private static string Resume(string folder, string effective)
    {
        string kept = Path.Combine(folder, "scenario.yaml");
        if (!File.Exists(kept))
            throw new UsageException($"--resume: {folder} holds no run (there is no scenario.yaml in it).");
        if (File.ReadAllText(kept) != effective)
            throw new UsageException($"--resume: the scenario differs from the one that {folder} was made with ({kept}). Resume with the same scenario, --set and --seed, or start a new run.");
        return folder;
    }
}
