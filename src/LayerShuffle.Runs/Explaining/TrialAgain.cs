using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Results.Journeys;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;

namespace LayerShuffle.Runs.Explaining;

/// <summary>A finished trial that is run again from its folder, with its seed and so its luck: as it was, or without one of its faults.</summary>
public sealed class TrialAgain : IDisposable
{
    private readonly string folder;
    private readonly Scenario scenario;
    private readonly PlannedTrial planned;
    private readonly VirtualActorSystem system = new();
    private (VisionTransformer Model, ITestImages Images)? loaded;

    private TrialAgain(string folder, Scenario scenario, PlannedTrial planned) => (this.folder, this.scenario, this.planned) = (folder, scenario, planned);

    /// <summary>The trial.</summary>
    public TrialSpec Spec => planned.Spec;

    /// <summary>The names of its faults.</summary>
    public IReadOnlyList<string> Faults => [.. Spec.Faults.Select(fault => fault.Name)];

    /// <summary>Whether a model computes in it.</summary>
    public bool HasModel => !scenario.NetworkOnly;

    /// <summary>The folder of its model among the results.</summary>
    public string ModelFolderPath
    {
        get
        {
            string path = Path.Combine(folder, "models", planned.Model.Name);
            return ScenarioExpander.TrainingSeeds(planned.Model) > 1
                ? Path.Combine(path, FormattableString.Invariant($"seed-{Spec.Key.TrainingSeed}")) : path;
        }
    }

    /// <summary>Finds a trial by its folder's <c>scenario.yaml</c>.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="key">The trial.</param>
    /// <exception cref="UsageException">It cannot be run again.</exception>
    public static TrialAgain Of(string folder, TrialKey key)
    {
        string file = Path.Combine(folder, "scenario.yaml");
        ScenarioLoadResult loaded = ScenarioLoader.Load(file);
        if (loaded is not { Scenario: { } scenario, Mistakes.Count: 0 })
            throw new UsageException($"The trial cannot be run again: {string.Join(Environment.NewLine, loaded.Mistakes)}");
        PlannedTrial planned = ScenarioExpander.Plan(scenario).FirstOrDefault(trial => trial.Spec.Key == key)
            ?? throw new UsageException($"The trial cannot be run again: {file} has no such trial as the results tell of; another program wrote them.");
        return new TrialAgain(folder, scenario, planned);
    }

    /// <summary>Says why it cannot be run again, or without a fault.</summary>
    /// <param name="without">The fault; null: none.</param>
    /// <exception cref="UsageException">It cannot.</exception>
    public void Check(string? without)
    {
        if (scenario.Clock == ScenarioClock.Wall)
            throw new UsageException("--without needs a run with `clock: virtual`: real time never does the same twice, so that a difference would not be the "
                + "fault's.");
        if (Spec.Faults.Any(fault => fault is ByzantineFault { Answer: ByzantineAnswer.Stale }))
            throw new UsageException("The trial cannot be run again from its folder: a fault answers with weights of a checkpoint that is not kept there.");
        if (without is null || Faults.Contains(without))
            return;
        string meant = NearestName.Find(without, Faults) is { } near ? $"; did you mean `{near}`?" : "";
        throw new UsageException($"--without {without}: the trial has no such fault; it has {(Faults.Count == 0 ? "none" : string.Join(", ", Faults))}{meant}");
    }

    /// <summary>Runs it again.</summary>
    /// <param name="request">The request that is told of; it is traced, whatever the scenario says.</param>
    /// <param name="without">The fault that is left out, with those that begin after it; null: none.</param>
    /// <param name="cancellation">Stops it.</param>
    public Journey Run(int request, string? without = null, CancellationToken cancellation = default)
    {
        Check(without);
        TrialSpec spec = Spec with { TraceRequests = request + 1, Faults = Left(without) };
        (ITrialModel model, int images) = Model(spec);
        var rows = new OneRequest(request);
        TrialRecord record = new VirtualTrialRunner(system).Run(spec, model, images, null, cancellation, rows);
        return Journey.Of(spec.Key, rows.Request ?? throw new RunFailedException($"The trial that was run again has no request {request}."), rows.Hops,
            record.Ledger);
    }

    /// <summary>The faults that are left when one goes: those that begin after it have nothing left to follow.</summary>
    /// <param name="without">The one that goes; null: none.</param>
    public IReadOnlyList<FaultSpec> Left(string? without)
    {
        List<FaultSpec> left = [.. Spec.Faults];
        if (without is null)
            return left;
        HashSet<string> gone = [without]; // membership only
        while (left.FirstOrDefault(fault => gone.Contains(fault.Name) || (fault.Timing.After is { } after && gone.Contains(after))) is { } next)
        {
            gone.Add(next.Name);
            left.Remove(next);
        }

        return left;
    }

    /// <summary>How sure the answers of a request are, after the layers that it went through and undisturbed.</summary>
    /// <param name="request">The request.</param>
    public Margins MarginsOf(RequestRecord request)
    {
        (VisionTransformer model, ITestImages images) = Loaded();
        int[] indexes = new ImageSchedule(Spec.Workload, images.Count, Spec.Luck).Images(request.Request);
        int[] planned = new RoutePlanner(Spec.Routing, model.Config.NumHiddenLayers, Spec.Luck).Plan(request.Request).Order;
        return Margins.Of(model, images, indexes, request.Order is { } order && !Spec.StrikesTensors ? [.. order] : null, planned);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        system.Dispose();
        loaded?.Model.Dispose();
    }

    private (ITrialModel Model, int Images) Model(TrialSpec spec)
    {
        ModelSpec asked = planned.Model;
        if (scenario.NetworkOnly)
            return (new SizesOnlyModel(asked.NumHiddenLayers, asked.Tokens, asked.HiddenSize),
                spec.Workload.Requests!.Value * spec.Workload.ImagesPerRequest);
        (VisionTransformer model, ITestImages images) = Loaded();
        return (spec.StrikesTensors ? new TensorTrialModel(model, images) : new RememberingTrialModel(model, images), images.Count);
    }

    private (VisionTransformer Model, ITestImages Images) Loaded()
    {
        if (loaded is { } known)
            return known;
        TorchFiles.Need();
        torch.set_num_threads(scenario.Threads);
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(ModelFolderPath);
        model.eval();
        var data = new RunData(scenario, new Lazy<torch.Device>(torch.CPU), scenario.Threads);
        loaded = (model, data.Test(model.Config, preprocessor));
        return loaded.Value;
    }

    /// <summary>Keeps what there is of one request.</summary>
    private sealed class OneRequest(int request) : ITrialRows
    {
        public RequestRecord? Request { get; private set; }

        public List<HopRecord> Hops { get; } = [];

        public void Add(RequestRecord record) => Request = record.Request == request ? record : Request;

        public void Add(HopRecord hop)
        {
            if (hop.Request == request)
                Hops.Add(hop);
        }
    }
}
