using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Results;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Parquet;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Folders;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Plans;
using LayerShuffle.Runs.Repeating;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs;

/// <summary>One run of a plan, from its folder to the record of its end; what is in between is <see cref="RunWork"/>.</summary>
/// <param name="plan">The plan.</param>
/// <param name="options">What was asked for.</param>
/// <param name="effective">The effective scenario.</param>
/// <param name="shared">How texts are written that go to others.</param>
/// <param name="selection">The part that is run.</param>
/// <param name="access">How nodes come to its cluster.</param>
/// <param name="log">The run's log.</param>
/// <param name="interrupted">The exit code of a run that was stopped.</param>
internal sealed class RunExecution(
    RunPlan plan, RunOptions options, string effective, SharedText shared, TrialSelection selection, ClusterAccess access, IRunLog log, Func<int> interrupted)
{
    private readonly TimeProvider time = options.Time; // progress and run.json only: it reaches no result
    private readonly Scenario scenario = plan.Scenario;

    /// <summary>Runs it.</summary>
    /// <param name="show">Shows the outcome.</param>
    /// <param name="cancellation">Stops it.</param>
    public RunOutcome Execute(Action<RunOutcome>? show, CancellationToken cancellation)
    {
        using OutputFolder folder = options.Resume is { } resumed ? OutputFolder.Resume(resumed, effective, time)
            : OutputFolder.Create(options.Output, scenario.Name, effective, time);
        log.Line($"{scenario.Name}, seed {scenario.Seed}: {plan.Trials.Count} trials; results in {folder.Path}");
        var manifest = new RunManifest(folder.Path, scenario, plan.AllTrials, options, shared, time);
        (log as IRunWatch)?.Writes(folder.Path);
        ResultsWriter? writer = null;
        RunWork work;
        try
        {
            manifest.Progress(0, plan.Trials.Count);
            writer = new ResultsWriter(folder.Path, scenario.Seed, scenario.Name, scenario.SweepKeys,
                weighsSets: scenario.Conditions.Any(variant => variant.Reliability is not null));
            IRunBackend backend = Doing.While(() => "starting the cluster", () => Start(folder.Path, manifest, cancellation));
            work = new RunWork(plan, options, backend, writer, manifest, folder.Path, log);
            work.RunTrials(cancellation);
            log.ClearStatus();
            writer.Arrange([.. scenario.Models.Select(model => model.Name)]);
            Doing.While(() => "writing the summary", writer.WriteSummary);
            if (options.Formats.Parquet)
                Doing.While(() => "writing Parquet", () => ParquetCopy.WriteAll(folder.Path));
            folder.CheckThere();
        }
        catch (Exception e)
        {
            log.ClearStatus();
            Stopped(e, folder, writer, manifest, cancellation);
            throw;
        }
        finally
        {
            writer?.Dispose();
        }

        return Report(writer.Trials, work.Training, manifest, folder, show);
    }

    /// <summary>Says what was found where the images lie.</summary>
    public static void Tell(DatasetAccount? account, IRunLog log)
    {
        foreach (string line in account?.Lines() ?? [])
            log.Line(line);
    }

    private IRunBackend Start(string folder, RunManifest manifest, CancellationToken cancellation) => scenario.Clock == ScenarioClock.Wall
        ? WallBackend.Start(scenario, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effective)).AsSpan(0, 16)), access, options.Device,
            folder, log, manifest.Cluster, cancellation)
        : Virtual(folder);

    private IRunBackend Virtual(string folder)
    {
        var backend = new VirtualBackend(ComputePlace.Here(options.Device, scenario.Threads), log.Line);
        return options.CheckDeterminism ? new RepeatingBackend(backend, folder) : backend;
    }

    /// <summary>What a run ends with: its outcome, shown, and the record of both.</summary>
    private RunOutcome Report(IReadOnlyList<TrialData> finished, IReadOnlyList<Core.Records.TrainingRecord> training, RunManifest manifest,
        OutputFolder folder, Action<RunOutcome>? show)
    {
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(finished);
        IReadOnlyList<ExpectationResult> expectations = ExpectationPoints.Evaluate(scenario, groups);
        var outcome = new RunOutcome(folder.Path, [.. finished], groups, training,
            [.. expectations.Select(result => new JudgedExpectation(result, selection.LeavesOut(result)))])
        {
            Objectives = scenario.Objectives,
        };
        manifest.Expect([.. outcome.Expectations.Where(expectation => !expectation.LeftOut).Select(expectation => expectation.Result)]);
        folder.PointLatest(scenario.Name);
        try
        {
            show?.Invoke(outcome);
        }
        catch (OutputException e)
        {
            log.Line($"The results are whole, in {folder.Path}; only what is printed is not.");
            End(folder, manifest, new RunReport(scenario, "failed", e.ReaderLeft ? ExitCodes.ReaderLeft : ExitCodes.RunFailed, "failed", e.Message,
                finished.Count, plan.With(finished).Count, groups, outcome.Expectations));
            throw;
        }

        if (options.SameAgain(scenario.Seed) is { } again)
            log.Line($"The same again: {again}");
        End(folder, manifest, new RunReport(scenario, "done", outcome.ExitCode, Reason(outcome.End), null, finished.Count, plan.With(finished).Count,
            groups, outcome.Expectations));
        Over(folder);
        return outcome;
    }

    /// <summary>Writes down how it ended: for scripts, for a job's page, and for the record.</summary>
    private void End(OutputFolder folder, RunManifest manifest, RunReport report)
    {
        ResultsJson.Write(folder.Path, report with { Message = shared.Of(report.Message) });
        Summarise(report);
        manifest.End(report.State, report.Code, report.Reason, report.Message, report.Done, report.Trials);
    }

    private void Summarise(RunReport report)
    {
        if (options.Summary is { } file)
            Try($"the summary in {file}", () => MarkdownSummary.Append(file, report with
            {
                Message = shared.Of(report.Message),
                Again = shared.Command(options.SameAgain(scenario.Seed)) ?? "",
            }));
    }

    private static string Reason(RunEnd end) => end switch { RunEnd.Done => "done", RunEnd.LivenessFailed => "liveness_failed", _ => "expectation_failed" };

    /// <summary>Keeps what is finished, or leaves no trace where nothing is. Nothing in here may hide what ended the run.</summary>
    private void Stopped(Exception e, OutputFolder folder, ResultsWriter? writer, RunManifest manifest, CancellationToken cancellation)
    {
        bool stopped = e is OperationCanceledException && cancellation.IsCancellationRequested;
        (int done, int trials) = (writer?.Trials.Count ?? 0, plan.With(writer?.Trials ?? []).Count);
        RunReport report = Unfinished(e, stopped, writer?.Trials ?? []);
        if (folder.IsNew && writer is not { HasRows: true })
        {
            writer?.Dispose();
            Summarise(report);
            string? logs = folder.Discard(time);
            log.Line($"No trial was finished; {folder.Path} is "
                + $"removed{(logs is null ? "" : $", and what its workers said is in {logs}")}."
                + $"{(stopped ? " The same command starts it again; a training goes on from its last checkpoint." : Again())}");
            return;
        }

        if (writer is not null)
            Try("the summary", writer.WriteSummary);
        if (folder.IsThere && options.Formats.Parquet)
            Try("Parquet", () => ParquetCopy.WriteAll(folder.Path));
        if (folder.IsThere)
            Try(ResultsJson.Name, () => ResultsJson.Write(folder.Path, report with { Message = shared.Of(report.Message) }));
        Summarise(report);
        Try("run.json", () => manifest.End(report.State, report.Code, report.Reason, report.Message, done, trials));
        if (!folder.IsThere)
        {
            log.Line($"Stopped after {done} of {trials} trials. {folder.Path} is gone: somebody has removed it, or what it held, while the run was writing "
                + "there.");
            return;
        }

        Over(folder);
        string hint = stopped || ErrorText.MayPass(e) ? $"; go on with: {ShellWords.Join([.. options.Again, "--resume", folder.Path])}"
            : options.Again.Count > 0 ? "." + Again() : "";
        log.Line($"Stopped after {done} of {trials} trials. What is finished is in {folder.Path}{hint}");

        string Again() => options.SameAgain(scenario.Seed) is { } again ? $" The same again: {again}" : "";
    }

    /// <summary>No picture of a run is worth the run.</summary>
    private void Over(OutputFolder folder)
    {
        try
        {
            options.Over?.Invoke(folder.Path);
        }
        catch (Exception e)
        {
            log.Line($"warning: the report cannot be drawn: {ErrorText.Sentence(e)} `report {ShellWords.Quote(folder.Path)}` tries again.");
        }
    }

    private RunReport Unfinished(Exception e, bool stopped, IReadOnlyList<TrialData> finished)
    {
        IReadOnlyList<ResultGroup> groups = ResultGroup.Of(finished);
        return new RunReport(scenario, stopped ? "interrupted" : "failed",
            stopped ? interrupted() : e is UsageException ? ExitCodes.Invalid : ExitCodes.RunFailed, stopped ? "interrupted" : "failed",
            stopped ? null : ErrorText.Sentence(e), finished.Count, plan.With(finished).Count, groups,
            [.. ExpectationPoints.Evaluate(scenario, groups).Select(result => new JudgedExpectation(result, true))]);
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
}
