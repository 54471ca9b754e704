using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LayerShuffle.Cluster;
using LayerShuffle.Cluster.Virtual;
using LayerShuffle.Datasets;
using LayerShuffle.Scenarios;

namespace LayerShuffle.Cli.Running;

/// <summary>Writes <c>run.json</c>: everything that may differ between two runs of one seed.</summary>
internal sealed class RunManifest(string folder, Scenario scenario, RunOptions options, int threads, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly JsonObject models = [];
    private readonly DateTimeOffset started = time.GetUtcNow();
    private readonly long began = time.GetTimestamp(); // the wall clock may be set meanwhile

    /// <summary>What there is to tell of the cluster on the wall clock.</summary>
    public ClusterManifest Cluster { get; } = new();

    /// <summary>What was found where the images lie; null before they have been read, and without images.</summary>
    public DatasetAccount? Dataset { get; set; }

    public void Model(string name, int seed, TrainedModel model, TimeSpan took) => models[$"{name}/seed-{seed}"] = new JsonObject
    {
        ["hash"] = model.Hash,
        ["reused"] = model.Reused,
        ["seconds"] = Math.Round(took.TotalSeconds, 3),
    };

    public void Write(string state, int trialsDone, int trials)
    {
        var json = new JsonObject
        {
            ["state"] = state,
            ["scenario"] = scenario.Name,
            ["seed"] = scenario.Seed,
            ["clock"] = scenario.Clock == ScenarioClock.Wall ? "wall" : "virtual",
            ["device"] = options.Device,
            ["threads"] = threads,
            ["only"] = options.Only.Count == 0 ? null : string.Join(',', options.Only),
            ["trials_done"] = trialsDone,
            ["trials"] = trials,
            ["started_utc"] = started.ToString("O"),
            ["ended_utc"] = time.GetUtcNow().ToString("O"),
            ["seconds"] = Math.Round(time.GetElapsedTime(began).TotalSeconds, 3),
            ["peak_memory_mb"] = PeakMemory(),
            ["versions"] = new JsonObject
            {
                ["layershuffle"] = typeof(VirtualTrialRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
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
            json["dataset"] = DatasetReport.ToJson(dataset);
        if (Cluster.ToJson() is { } cluster)
            json["cluster"] = cluster;
        string path = Path.Combine(folder, "run.json");
        File.WriteAllText(path + ".tmp", json.ToJsonString(Indented) + "\n");
        File.Move(path + ".tmp", path, true);
    }

    /// <summary>The most physical memory that the process has held so far, in MB of 10⁶ bytes.</summary>
    private static double PeakMemory()
    {
        using Process self = Process.GetCurrentProcess();
        return Math.Round(self.PeakWorkingSet64 / 1e6, 1);
    }
}
