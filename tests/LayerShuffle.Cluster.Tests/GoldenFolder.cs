using System.Text.Json;
using LayerShuffle.Vision.Files;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What the paper's reference implementation computed for one model.</summary>
internal sealed class GoldenFolder : IDisposable
{
    private readonly JsonDocument json;

    private GoldenFolder(string directory)
    {
        Directory = directory;
        Tensors = SafeTensors.Read(Path.Combine(directory, "cases.safetensors"));
        json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "cases.json")));
    }

    /// <summary>The folders; the first one's inference cases are in the repository too.</summary>
    public static TheoryData<string> Names { get; } =
    [
        "position_predicting_vit", "position_predicting_deit", "shuffling_vit", "shuffling_deit", "position_encoding_vit", "position_encoding_deit",
    ];

    public string Directory { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    public IEnumerable<string> Orders => json.RootElement.GetProperty("orders").EnumerateObject().Select(order => order.Name);

    public IEnumerable<string> Trainings => json.RootElement.GetProperty("train").EnumerateObject().Select(training => training.Name);

    /// <summary>The folder in the repository.</summary>
    public static GoldenFolder OpenFixture() => new(Path.Combine(AppContext.BaseDirectory, "Fixtures", "position_predicting_vit"));

    /// <summary>Opens a folder below the nearest shared/golden above the test's own; skips the test where there is none.</summary>
    public static GoldenFolder Open(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "golden", name);
            if (System.IO.Directory.Exists(candidate))
                return new(candidate);
        }

        Assert.Skip("The golden folders are not on this machine (no shared/golden above the test's folder).");
        throw new InvalidOperationException();
    }

    public int[] Order(string name) => [.. json.RootElement.GetProperty("orders").GetProperty(name).GetProperty("order").EnumerateArray()
        .Select(id => id.GetInt32())];

    public double? Loss(string order, string loss) =>
        json.RootElement.GetProperty("orders").GetProperty(order).TryGetProperty(loss, out JsonElement value) ? value.GetDouble() : null;

    public double TrainingLoss(string training) => json.RootElement.GetProperty("train").GetProperty(training).GetProperty("loss").GetDouble();

    public void Dispose()
    {
        json.Dispose();
        foreach (Tensor tensor in Tensors.Values)
            tensor.Dispose();
    }
}
