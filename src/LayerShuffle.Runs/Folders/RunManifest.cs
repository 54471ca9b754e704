using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LayerShuffle.Core.Files;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Supervision;
using LayerShuffle.Vision;

namespace LayerShuffle.Runs.Folders;

/// <summary>
/// Writes <c>run.json</c>: everything that may differ between two runs of one seed. It is there from the beginning, and each new one takes the old one's place
/// at once.
/// </summary>
/// <param name="folder">The results folder.</param>
/// <param name="scenario">The scenario.</param>
/// <param name="all">How many trials it has; where the folder has them all, nothing is left out of it.</param>
/// <param name="options">What was asked for.</param>
/// <param name="shared">How texts are written that go to others.</param>
/// <param name="time">Progress and dates.</param>
internal sealed class RunManifest(string folder, Scenario scenario, int all, RunOptions options, SharedText shared, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    private readonly JsonObject models = [];
    private readonly DateTimeOffset started = time.GetUtcNow();
    private JsonArray? expectations;
    private JsonObject? exit;
    private long? written;
    private readonly long began = time.GetTimestamp(); // the wall clock may be set meanwhile

    /// <summary>What there is to tell of the cluster on the wall clock.</summary>
    public ClusterManifest Cluster { get; } = new();

    /// <summary>What was found where the images lie; null before they have been read, and without images.</summary>
    public DatasetAccount? Dataset { get; set; }

    public void Model(string name, int seed, TrainedModel model, TimeSpan took) => models[$"{name}/seed-{seed}"] = Of(model, took);

    private static JsonObject Of(TrainedModel model, TimeSpan took)
    {
        var json = new JsonObject
        {
            ["hash"] = model.Hash,
            ["reused"] = model.Reused,
            ["seconds"] = Math.Round(took.TotalSeconds, 3),
        };
        if (model.Tally is { } tally)
        {
            json["goodput_images_per_s"] = Number(tally.GoodputImagesPerS is { } goodput ? Math.Round(goodput, 3) : null);
            json["effective_time_ratio"] = Number(tally.EffectiveTimeRatio is { } ratio ? Math.Round(ratio, 4) : null);
            json["steps_repeated"] = tally.StepsRepeated;
        }

        if (model.Disturbed is { } disturbed)
            json["disturbed"] = disturbed;
        return json;
    }

    /// <summary>The expectations with what was measured.</summary>
    public void Expect(IReadOnlyList<ExpectationResult> results) => expectations = new JsonArray([.. results.Select(result => (JsonNode)new JsonObject
    {
        ["expectation"] = result.Expectation.Text,
        ["group"] = result.Group,
        ["metric"] = result.Expectation.Metric,
        ["measured"] = Number(result.Measured),
        ["reference"] = Number(result.Reference),
        ["min"] = Number(result.MinThreshold),
        ["max"] = Number(result.MaxThreshold),
        ["holds"] = result.Holds,
        ["message"] = result.Message,
    })]);

    /// <summary>It goes on; once a second at most, so that many short trials do not wait for it.</summary>
    public void Progress(int trialsDone, int trials)
    {
        if (written is { } at && time.GetElapsedTime(at) < Often)
            return;
        Write("running", trialsDone, trials);
    }

    /// <summary>It is over.</summary>
    /// <param name="state"><c>done</c>, <c>failed</c> or <c>interrupted</c>.</param>
    /// <param name="code">The exit code.</param>
    /// <param name="reason"><c>done</c>, <c>expectation_failed</c>, <c>liveness_failed</c>, <c>failed</c> or <c>interrupted</c>.</param>
    /// <param name="sentence">What the user is told; null where there is nothing to tell.</param>
    /// <param name="trialsDone">Trials that are finished.</param>
    /// <param name="trials">Trials in all.</param>
    public void End(string state, int code, string reason, string? sentence, int trialsDone, int trials)
    {
        exit = new JsonObject { ["code"] = code, ["reason"] = reason, ["message"] = shared.Of(sentence) };
        Write(state, trialsDone, trials);
    }

    private void Write(string state, int trialsDone, int trials)
    {
        DateTimeOffset now = time.GetUtcNow();
        var json = new JsonObject
        {
            ["state"] = state,
            ["exit"] = exit?.DeepClone(),
            ["scenario"] = scenario.Name,
            ["seed"] = scenario.Seed,
            ["clock"] = scenario.Clock == ScenarioClock.Wall ? "wall" : "virtual",
            ["device"] = options.Device,
            ["threads"] = scenario.Threads,
            ["command"] = shared.Command(options.SameAgain(scenario.Seed)),
            ["only"] = options.Only.Count == 0 || trials == all ? null : string.Join(',', options.Only),
            ["paths"] = shared.Files.Count == 0 ? null : new JsonArray([.. shared.Files.Select(path => (JsonNode)path)]),
            ["trials_done"] = trialsDone,
            ["trials"] = trials,
            ["started_utc"] = started.ToString("O"),
            ["ended_utc"] = state == "running" ? null : now.ToString("O"),
            ["seconds"] = Math.Round(time.GetElapsedTime(began).TotalSeconds, 3),
            ["peak_memory_mb"] = PeakMemory(),
            ["process"] = new JsonObject { ["id"] = Environment.ProcessId, ["machine"] = Environment.MachineName },
            ["versions"] = new JsonObject
            {
                ["layershuffle"] = ProgramVersion.Current,
                ["dotnet"] = Environment.Version.ToString(),
                ["torchsharp"] = TorchLibrary.Version,
                ["akka"] = typeof(Akka.Actor.ActorSystem).Assembly.GetName().Version?.ToString(),
            },
            ["machine"] = new JsonObject
            {
                ["os"] = RuntimeInformation.OSDescription,
                ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
                ["processors"] = Environment.ProcessorCount,
            },
            ["models"] = models.DeepClone(),
        };
        if (Dataset is { } dataset)
            json["dataset"] = DatasetReport.ToJson(dataset, text => shared.Of(text)!);
        if (expectations is not null)
            json["expectations"] = expectations.DeepClone();
        if (Cluster.ToJson() is { } cluster)
            json["cluster"] = cluster;
        // one that cannot be written whole leaves the old one
        Disk.Replace(Path.Combine(folder, "run.json"), Encoding.UTF8.GetBytes(json.ToJsonString(Indented) + "\n"), durable: false);
        written = time.GetTimestamp();
    }

    private static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    /// <summary>The most physical memory that the process has held so far, in MB of 10⁶ bytes.</summary>
    private static double PeakMemory()
    {
        using Process self = Process.GetCurrentProcess();
        return Math.Round(self.PeakWorkingSet64 / 1e6, 1);
    }
}
