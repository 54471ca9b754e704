using System.Text.Json;
using LayerShuffle.Datasets.Images;

namespace LayerShuffle.Datasets.Tests.Images;

/// <summary>A small committed image with what PIL makes of it; how they were made stands in Fixtures/README.md.</summary>
public sealed record Fixture(string Name, byte[] File, int Width, int Height, int Complete, byte[] Rgb)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Images", "Fixtures");

    public static IReadOnlyDictionary<string, Fixture> All { get; } = Read();

    public static Fixture Of(string name) => All[name];

    /// <summary>Decodes bytes and interleaves the channels as PIL does.</summary>
    public static byte[] Interleaved(PlanarImage image)
    {
        int plane = image.Height * image.Width;
        return [.. Enumerable.Range(0, 3 * plane).Select(i => image.Pixels[i % 3 * plane + i / 3])];
    }

    private static SortedDictionary<string, Fixture> Read()
    {
        using JsonDocument json = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder, "expected.json")));
        var all = new SortedDictionary<string, Fixture>(StringComparer.Ordinal);
        foreach (JsonProperty file in json.RootElement.EnumerateObject())
        {
            int Number(string key) => file.Value.GetProperty(key).GetInt32();
            byte[] bytes = System.IO.File.ReadAllBytes(Path.Combine(Folder, file.Name)), rgb = file.Value.GetProperty("rgb").GetBytesFromBase64();
            all[file.Name] = new(file.Name, bytes, Number("width"), Number("height"), Number("complete"), rgb);
        }
        return all;
    }
}
