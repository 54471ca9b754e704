using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Simulation;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Runs.Backends;

/// <summary>The wall clock: every node is a process, started here or waited for.</summary>
internal sealed class WallBackend : IRunBackend
{
    private static readonly JsonSerializerOptions Words = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Scenario scenario;
    private readonly NodeShares shares;
    private readonly ClusterSpec spec; // the widest of the scenario's: training is placed by it
    private readonly ClusterManifest manifest;
    private readonly IRunLog log;
    private readonly WallCluster cluster;
    private readonly WallTrialRunner runner;
    private readonly VirtualActorSystem evaluation = new(); // accuracies after epochs are measured in this process
    private int trainings;
    private string? placed;

    private WallBackend(Scenario scenario, ClusterSpec spec, IRunLog log, ClusterManifest manifest, WallCluster cluster)
    {
        (this.scenario, this.log, this.manifest, this.cluster) = (scenario, log, manifest, cluster);
        shares = new NodeShares(cluster.Joined, name => spec.Nodes.FirstOrDefault(node => node.Name == name)?.Device);
        this.spec = Fill(spec);
        manifest.Nodes(shares, this.spec);
        runner = new WallTrialRunner(cluster);
    }

    /// <summary>Starts the cluster.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="hash">Identifies the effective scenario.</param>
    /// <param name="access">How nodes come to it.</param>
    /// <param name="device">Where the coordinator computes.</param>
    /// <param name="folder">The results folder: the nodes' logs go there.</param>
    /// <param name="log">The run's log.</param>
    /// <param name="manifest">Is told what the nodes have and which layers they host.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static WallBackend Start(
        Scenario scenario, string hash, ClusterAccess access, string device, string folder, IRunLog log, ClusterManifest manifest,
        CancellationToken cancellation)
    {
        ClusterOptions options = access.Options;
        var file = new FileSink(Path.Combine(folder, LogFiles.Folder, LogFiles.Coordinator), TimeProvider.System);
        ILoggerFactory loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log).AddProvider(file));
        ClusterSpec spec = Widest(scenario);
        try
        {
            WallCluster cluster = WallCluster.StartAsync(Options(), cancellation).GetAwaiter().GetResult();
            return new WallBackend(scenario, spec, log, manifest, cluster) { Device = device, Kept = [loggers, file] };
        }
        catch
        {
            file.Dispose();
            throw;
        }

        WallClusterOptions Options() => new()
        {
            Nodes = [.. spec.Nodes.Select(node => node.Name)],
            Listen = access.Listen,
            Workers = options.Workers,
            MayBeAway = access.Listen is not null && ClusterOptions.MayBeAway(scenario),
            PublicHost = options.PublicHost,
            ControlPort = options.ControlPort ?? 0,
            DataPort = options.DataPort ?? 0,
            JoinSecurity = options.Security.ForNodes,
            Secret = access.Security.Secret,
            Certificates = access.Security.Certificates,
            ScenarioHash = hash,
            Computes = !scenario.NetworkOnly,
            WorkerThreads = WorkerThreads(scenario),
            Device = name => spec.Nodes.First(node => node.Name == name).Device,
            Respawn = spec.Respawn,
            Membership = spec.Membership,
            LogDirectory = Path.Combine(folder, LogFiles.Folder),
            Loggers = loggers,
            Verbose = log.CreateLogger(Sentences.Akka).IsEnabled(LogLevel.Warning),
        };
    }

    /// <summary>The widest of the scenario's clusters: its nodes are those of the run.</summary>
    public static ClusterSpec Widest(Scenario scenario) => scenario.Conditions.MaxBy(variant => variant.Cluster.Nodes.Count)!.Cluster;

    /// <summary>Computing threads of a worker, and of the coordinator in training.</summary>
    public static int WorkerThreads(Scenario scenario) => Math.Max(1, scenario.Threads / Widest(scenario).Nodes.Count);

    /// <summary>Where the coordinator computes.</summary>
    private string Device { get; init; } = "cpu";

    /// <summary>What logs the cluster, until it has ended.</summary>
    private IReadOnlyList<IDisposable> Kept { get; init; } = [];

    public ComputePlace Place => ComputePlace.Of(shares, Device, WorkerThreads(scenario));

    public string Status => runner.Status;

    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone,
        Action<string> disturbed, TrainingAccount account, CancellationToken cancellation) =>
        TrainAsync(job, faults, epochDone, stepDone, disturbed, account, cancellation).GetAwaiter().GetResult();

    public TrialRecord Run(TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, Action<RequestRecord> progress,
        Action<LedgerEntry>? struck, ITrialRows rows, CancellationToken cancellation)
    {
        spec = spec with { Cluster = Fill(spec.Cluster), LayerBytes = trained?.Model.Config.LayerBytes ?? spec.LayerBytes };
        TellPlacement(spec, model.Layers);
        TrialRecord record = runner.RunAsync(spec, model, trained?.Hash, trained?.Model, images, progress, struck, cancellation).GetAwaiter().GetResult();
        if (runner.Strain is { IsNoticeable: true } strain)
        {
            manifest.Strained(spec.Key.Trial, strain);
            log.Line($"warning: trial {spec.Key.Trial + 1} ({spec.Key.Model}, {spec.Key.Condition}): {strain.Warning()}");
        }

        return record;
    }

    /// <summary>Tells who hosts what, when that has changed.</summary>
    private void TellPlacement(TrialSpec trial, int layers)
    {
        Placement placement = Placement.Compute(trial.Cluster, layers, trial.Routing.Replicas, trial.LayerBytes);
        manifest.Trial(trial.Key.Trial, trial.Cluster, placement);
        string text = PlacementText.Of(trial.Cluster, placement);
        if (text == placed)
            return;
        placed = text;
        log.Line($"Layers: {text}");
    }

    /// <summary>A cluster with what its nodes had when the run began: the same for all trials, so that they can be compared.</summary>
    private ClusterSpec Fill(ClusterSpec cluster) => shares.Fill(cluster, memory: !scenario.NetworkOnly);

    public void Dispose()
    {
        cluster.DisposeAsync().AsTask().GetAwaiter().GetResult();
        foreach (IDisposable kept in Kept)
            kept.Dispose();
        evaluation.Dispose();
    }

    private async Task<IReadOnlyList<TrainingRecord>> TrainAsync(
        TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone, Action<string> disturbed,
        TrainingAccount account, CancellationToken cancellation)
    {
        var training = new WallTrainingCluster(cluster, ++trainings, job.Model.Config, job.Options, spec, spec.Respawn)
        {
            Say = log.Line,
            NodeDown = account.Down,
        };
        training.LayersLost += account.Noticed;
        manifest.Training(job.Name, spec, training.Placement);
        await using (training.ConfigureAwait(false))
        {
            await training.StartAsync(cancellation).ConfigureAwait(false);
            if (faults)
                training.Schedule(Striking(scenario, fault => fault is OutageFault or PauseFault), log.Line);
            var trainer = new ClusterTrainer(
                cluster.ActorSystem, training, new ModelEvaluator(evaluation, scenario.Threads, line => log.Line($"{job.Name}: {line}")),
                    new ClusterTrainerOptions { Threads = WorkerThreads(scenario) }, TimeProvider.System, log.Line);
            trainer.Restored += restoration =>
            {
                ClusterMetrics.LayerRestored(restoration.Layer);
                account.Restored(restoration);
                // else the step is repeated, and the weights are what they would have been
                if (restoration.Age > 0 || !restoration.Hosted || restoration.From is not null)
                    disturbed(restoration.ToString());
            };
            trainer.Repeated += _ => account.Repeated();
            return await trainer.TrainAsync(job, epochDone, stepDone, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What strikes during training where that is asked for: the faults of the first condition that has any, because that is what will be met. In words: events
    /// one by one, but faults that strike for ever as they are asked for.
    /// </summary>
    public static IEnumerable<string> TrainingFaults(Scenario scenario)
    {
        IReadOnlyList<FaultSpec> faults = TrainingConditions.Met(scenario)?.Faults ?? [];
        foreach (FaultEvent strike in Striking(scenario, fault => !FaultTimeline.IsEndless(fault, faults)))
            yield return FormattableString.Invariant($"{strike.At} {strike.Fault.Name} {strike.Fault.GetType().Name} {strike.Begins} ")
                + FormattableString.Invariant($"{string.Join(' ', strike.Targets)}{Lost(strike.Fault)}");
        foreach (FaultSpec fault in faults.Where(fault => FaultTimeline.IsEndless(fault, faults)))
            yield return $"{fault.GetType().Name} {JsonSerializer.Serialize(fault, fault.GetType(), Words)}{Lost(fault)}";

        string Lost(FaultSpec fault) => fault.LosesWeights && Widest(scenario).Restore is not RestoreKind.Checkpoint and var restore
            ? $" lost {restore}" : "";
    }

    private static IEnumerable<FaultEvent> Striking(Scenario scenario, Func<FaultSpec, bool> which) => TrainingConditions.Met(scenario) is not { } met ? []
        : FaultTimeline.Events(met.Faults, Topology.Of(met.Cluster), SeedTree.Root(scenario.Seed).Child("training-faults"), which);
}
