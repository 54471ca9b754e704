using System.Net;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Actors.Models;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Results;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Vision.Files;
using TorchSharp;

namespace LayerShuffle.Cli.Running;

/// <summary>One run: scenario → models → trials → CSV → table → expectations.</summary>
internal sealed class ScenarioRun(RunOptions options, Surroundings surroundings, RunLog log)
{
    private readonly TimeProvider time = surroundings.Time; // progress and run.json only: it reaches no result
    private readonly Screen output = surroundings.Output;

    /// <summary>Runs it.</summary>
    /// <param name="signals">Stop it.</param>
    /// <returns>An exit code.</returns>
    public int Execute(StopSignals signals)
    {
        int? gpu = Devices.Parse(options.Device); // usage first, before anything is written
        ScenarioLoadResult loaded = ScenarioLoader.Load(options.Scenario, options.Sets, options.Seed, options.Threads);
        foreach (Mistake warning in loaded.Warnings)
            log.Line($"warning: {warning}");
        foreach (Mistake mistake in loaded.Mistakes)
            surroundings.Error.WriteLine(mistake.ToString());
        if (loaded.Scenario is not { } scenario || loaded.Mistakes.Count > 0)
        {
            surroundings.Error.WriteLine($"{options.Scenario}: {loaded.Mistakes.Count} mistake(s); nothing was run.");
            return ExitCodes.Invalid;
        }

        options.Cluster.Check(scenario);
        IReadOnlyList<string> imports = ImportCheck.Find(scenario).Mistakes; // before anything is written or trained
        foreach (string mistake in imports)
            surroundings.Error.WriteLine($"{options.Scenario}: {mistake}");
        if (imports.Count > 0)
            return ExitCodes.Invalid;
        TrialSelection selection = TrialSelection.Parse(options.Only, scenario);
        IReadOnlyList<PlannedTrial> trials = [.. ScenarioExpander.Plan(scenario).Where(selection.Holds)];
        if (options.DryRun)
        {
            Tell(DatasetReport.Inspect(scenario));
            DryRun.Print(output, loaded.EffectiveYaml, scenario, trials);
            DryRun.PrintModels(output, scenario, trials, options, new ModelStore(say: log.Line));
            return ExitCodes.Done;
        }

        if (OpenFiles.Refusal(OpenFiles.Limit(), scenario.Clock == ScenarioClock.Wall ? scenario.Nodes.Count : 0) is { } tooFew)
            throw new RunFailedException(tooFew);
        if (!scenario.NetworkOnly)
            TorchFiles.Need();
        if (gpu is not null && !scenario.NetworkOnly)
            Devices.Need(options.Device);
        using ClusterSecurity security = ClusterSecurity.For(options.Cluster.Security);
        IPEndPoint? listen = options.Cluster.ListenEndPoint(security.IsGiven); // before anything is written
        return Execute(scenario, loaded.EffectiveYaml, trials, selection, security, listen, signals);
    }

    private int Execute(
        Scenario scenario, string effective, IReadOnlyList<PlannedTrial> trials, TrialSelection selection, ClusterSecurity security, IPEndPoint? listen,
            StopSignals signals)
    {
        using OutputFolder folder = options.Resume is { } resumed ? OutputFolder.Resume(resumed, effective, time)
            : OutputFolder.Create(options.Output, scenario.Name, effective, time);
        log.Line($"{scenario.Name}, seed {scenario.Seed}: {trials.Count} trials; results in {folder.Path}");
        var manifest = new RunManifest(folder.Path, scenario, options, scenario.Threads, time);
        ResultsWriter? writer = null;
        try
        {
            manifest.Progress(0, trials.Count);
            writer = new ResultsWriter(folder.Path, scenario.Seed, scenario.Name, scenario.SweepKeys);
            IRunBackend backend = Doing.While(() => "starting the cluster", () => scenario.Clock == ScenarioClock.Wall
                ? WallBackend.Start(
                    scenario, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effective)).AsSpan(0, 16)), security, listen, options.Cluster,
                        options.Device, folder.Path, log,
                    manifest.Cluster, signals.Token)
                : (IRunBackend)new VirtualBackend(ComputePlace.Here(options.Device, scenario.Threads), log.Line));
            RunTrials(scenario, trials, backend, writer, manifest, folder.Path, signals.Token);
            log.ClearStatus();
            writer.Arrange([.. scenario.Models.Select(model => model.Name)]);
            Doing.While(() => "writing the summary", writer.WriteSummary);
            folder.CheckThere();
        }
        catch (Exception e)
        {
            log.ClearStatus();
            Stopped(e, folder, writer, manifest, trials.Count, signals);
            throw;
        }
        finally
        {
            writer?.Dispose();
        }

        return Report(scenario, selection, writer.Trials, trials.Count, manifest, folder);
    }

    /// <summary>What a run ends with: the table, the expectations, and the record of both.</summary>
    private int Report(Scenario scenario, TrialSelection selection, IReadOnlyList<TrialData> finished, int trials, RunManifest manifest, OutputFolder folder)
    {
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(finished);
        IReadOnlyList<ExpectationResult> expectations = ExpectationCheck.Evaluate(scenario, groups);
        IReadOnlyList<ExpectationResult> judged = [.. expectations.Where(result => !selection.LeavesOut(result))];
        bool all = judged.All(result => result.Holds);
        manifest.Expect(judged);
        folder.PointLatest(scenario.Name);
        try
        {
            ConditionTable.Print(output, groups);
            output.WriteLine($"Results: {folder.Path}");
            ExpectationCheck.Print(output, expectations, selection);
        }
        catch (OutputException e)
        {
            log.Line($"The results are whole, in {folder.Path}; only what is printed is not.");
            manifest.End("failed", e.ReaderLeft ? ExitCodes.ReaderLeft : ExitCodes.RunFailed, "failed", e.Message, finished.Count, trials);
            throw;
        }

        int code = all ? ExitCodes.Done : ExitCodes.ExpectationFailed;
        manifest.End("done", code, all ? "done" : "expectation_failed", null, finished.Count, trials);
        return code;
    }

    /// <summary>Keeps what is finished, or leaves no trace where nothing is. Nothing in here may hide what ended the run.</summary>
    private void Stopped(Exception e, OutputFolder folder, ResultsWriter? writer, RunManifest manifest, int trials, StopSignals signals)
    {
        bool interrupted = e is OperationCanceledException && signals.Token.IsCancellationRequested;
        int done = writer?.Trials.Count ?? 0;
        if (folder.IsNew && writer is not { HasRows: true })
        {
            writer?.Dispose();
            string? logs = folder.Discard(time);
            log.Line($"Nothing was finished; {folder.Path} is "
                + $"removed{(logs is null ? "" : $", and what its workers said is in {logs}")}."
                + $"{(interrupted ? " The same command starts it again; a training goes on from its last checkpoint." : "")}");
            return;
        }

        if (writer is not null)
            Try("the summary", writer.WriteSummary);
        Try("run.json", () => manifest.End(
            interrupted ? "interrupted" : "failed", interrupted ? signals.ExitCode : e is UsageException ? ExitCodes.Invalid : ExitCodes.RunFailed, interrupted
                ? "interrupted" : "failed",
            interrupted ? null : ErrorText.Sentence(e), done, trials));
        if (!folder.IsThere)
        {
            log.Line($"Stopped after {done} of {trials} trials. {folder.Path} is gone: somebody has removed it, or what it held, while the run was writing "
                + "there.");
            return;
        }

        string hint = interrupted || ErrorText.MayPass(e) ? $"; go on with: {ShellWords.Join([.. options.Again, "--resume", folder.Path])}" : "";
        log.Line($"Stopped after {done} of {trials} trials. What is finished is in {folder.Path}{hint}");
    }

    private void Try(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line($"And {what} cannot be written: {ErrorText.Sentence(e)}");
        }
    }

    private void RunTrials(
        Scenario scenario, IReadOnlyList<PlannedTrial> trials, IRunBackend backend, ResultsWriter writer, RunManifest manifest, string folder,
            CancellationToken cancellation)
    {
        bool whole = false;
        try
        {
            (RunData? data, ModelTrainer? trainer) = scenario.NetworkOnly ? (null, null)
                : Train(scenario, trials, backend, writer, manifest, folder, cancellation);
            var models = new TrialModels(scenario.Clock, trainer, data);
            var identities = new TrialIdentities(scenario, planned => data is null ? ""
                : $"{models.Trained(planned, cancellation).Trained.Hash}-{data.TestImages(planned.Model, backend.Place)}");
            if (identities.DropOthers(writer, trials) is { } dropped)
                log.Line($"warning: {dropped}");
            HashSet<int> finished = [.. writer.Trials.Select(t => t.Key.Trial)];
            if (data is not null)
                Foretell(scenario, [.. trials.Where(trial => !finished.Contains(trial.Spec.Key.Trial))], data, models, cancellation);
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
                    () => RunTrial(planned, label, whatIsLeft, models.Of(planned, cancellation), identities.Of(planned), backend, writer, cancellation));
                manifest.Progress(writer.Trials.Count, trials.Count);
            }

            whole = true;
        }
        finally
        {
            End(backend, whole);
        }
    }

    /// <summary>Ends the cluster; where something has failed before, this does not hide it.</summary>
    private void End(IRunBackend backend, bool whole)
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

    private (RunData Data, ModelTrainer Trainer) Train(
        Scenario scenario, IReadOnlyList<PlannedTrial> trials, IRunBackend backend, ResultsWriter writer, RunManifest manifest, string folder,
            CancellationToken cancellation)
    {
        torch.Device device = Devices.Select(options.Device);
        var data = new RunData(scenario, new Lazy<torch.Device>(device), scenario.Threads) { Found = account => Tell(manifest.Dataset = account) };
        torch.set_num_threads(scenario.Threads);
        var store = new ModelStore(say: log.Line);
        store.Sweep();
        var trainer = new ModelTrainer(scenario, data, backend, store, options, folder, log, time);
        trainer.CheckImports();
        trainer.Foretell();
        foreach (ModelSpec spec in scenario.Models.Where(model => trials.Any(trial => trial.Model == model)))
        {
            Doing.While(() => $"preparing the model {spec.Name}", () => Prepare(spec, trainer, writer, manifest, folder, cancellation));
            manifest.Progress(writer.Trials.Count, trials.Count);
        }

        return (data, trainer);
    }

    private void Foretell(Scenario scenario, IReadOnlyList<PlannedTrial> trials, RunData data, TrialModels models, CancellationToken cancellation)
    {
        foreach (string line in RequestForecast.Measured(scenario, trials, data, planned => models.Trained(planned, cancellation), time))
            log.Line($"warning: {line}");
    }

    private void Tell(DatasetAccount? account)
    {
        foreach (string line in account?.Lines() ?? [])
            log.Line(line);
    }

    private static string Label(TrialKey key, int number, int trials) =>
        $"trial {number}/{trials}  {key.Model}  {key.Condition}{(key.Policy == "default" ? "" : "  " + key.Policy)}";

    private void RunTrial(
        PlannedTrial planned, string label, string whatIsLeft, (ITrialModel Model, TrainedModel? Trained, int Images) with, TrialIdentity identity,
            IRunBackend backend, ResultsWriter writer,
        CancellationToken cancellation)
    {
        int done = 0, total = Requests(planned.Spec, with.Images);
        var pace = new Pace(time);
        pace.Of(0, total);
        long notFinite = 0, offered = 0;
        using TrialWriter rows = writer.Begin(planned.Spec.Key, planned.Variant.SweepValues.ToDictionary(v => v.Key, v => v.Value),
            planned.Variant.SweepNumbers, identity);
        TrialRecord record = backend.Run(planned.Spec, with.Model, with.Trained, with.Images, outcome =>
        {
            (done, notFinite, offered) = (done + 1, notFinite + outcome.NotFinite, offered + outcome.Images);
            log.Status(() => $"{label}: {done} of {total} requests{Also(pace.Of(done, total))}{Also(backend.Status)}{whatIsLeft}");
        }, rows, cancellation);
        rows.Finish(record);
        if (notFinite > 0)
            log.Line($"warning: {label}: {notFinite} of {offered} answers hold NaN or infinity; they count as wrong");
        TrialData written = writer.Trials[^1];
        log.Line(FormattableString.Invariant(
            $"{label}: {written.Metrics.Completed} of {written.Metrics.Requests} completed")
                + FormattableString.Invariant($"{(record.HasModel ? $", top-1 {Percent.Of(written.Metrics.Top1)}" : "")}"));

        static string Also(string text) => text.Length > 0 ? "  " + text : "";
    }

    private static int Requests(TrialSpec spec, int images) => spec.Workload.Requests
        ?? (images + spec.Workload.ImagesPerRequest - 1) / spec.Workload.ImagesPerRequest;

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
}
