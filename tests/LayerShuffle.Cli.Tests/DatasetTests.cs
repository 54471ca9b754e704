using System.Text.Json;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>What a run, a dry run and validation say of the dataset.</summary>
[Collection(TrainedOnce.Name)]
public sealed class DatasetTests : IDisposable
{
    private readonly Cli home = new();

    public DatasetTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", home.At("cache"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        home.Dispose();
    }

    // 8 × 8 pixels of one colour.
    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mM8IafBgA0wMeAAg1MCANh8AR6FrdlEAAAAAElFTkSuQmCC");

    private const string Scenario = """
        name: pets
        dataset: {kind: image-folder, path: pets}
        model:
          image_size: 8
          patch_size: 4
          hidden_size: 8
          num_hidden_layers: 1
          num_attention_heads: 1
          intermediate_size: 8
          training: {epochs: 1, batch_size: 4}
        models: {plain: {variant: standard}}
        cluster: {nodes: 1, compute_time: 2ms}
        workload: {requests: 2}
        """;

    private static string Pets(Cli cli)
    {
        foreach (string file in new[] { "train/cat/1", "train/dog/1", "train/dog/2", "valid/cat/1", "valid/dog/1", "train/.ipynb_checkpoints/1" })
        {
            string path = cli.At($"pets/{file}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Png);
        }
        return cli.Write("pets.yaml", Scenario);
    }

    [Fact]
    public void A_run_says_what_it_found_and_writes_it_down()
    {
        using var cli = new Cli();
        string file = Pets(cli);
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        string[] lines = [.. cli.Error.Split('\n').Where(line => line.StartsWith("dataset:", StringComparison.Ordinal)).Select(line => line.TrimEnd())];
        lines.ShouldBe(
        [
            $"dataset: image-folder in {cli.At("pets")}: 2 classes (cat, dog); train: 3 images, train/; test: 2 images, valid/",
            "dataset: skipped: hidden folders: 1, such as train/.ipynb_checkpoints",
        ]);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(cli.At("out/run.json")));
        JsonElement dataset = json.RootElement.GetProperty("dataset");
        dataset.GetProperty("classes").EnumerateArray().Select(name => name.GetString()).ShouldBe(["cat", "dog"]);
        dataset.GetProperty("test").GetRawText().ShouldContain("\"source\": \"valid/\"");
        dataset.GetProperty("train").GetProperty("used").GetInt32().ShouldBe(3);
        dataset.GetProperty("skipped")[0].GetProperty("example").GetString().ShouldBe("train/.ipynb_checkpoints");
    }

    [Fact]
    public void A_dry_run_and_validation_read_the_dataset()
    {
        using var cli = new Cli();
        string file = Pets(cli);
        cli.Run("run", file, "--dry-run").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("test: 2 images, valid/");
        cli.Run("validate", file).ShouldBe(ExitCodes.Done, cli.Error);
        File.WriteAllText(cli.At("pets/train/cat/1.png"), "no image");
        cli.Run("validate", file).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("dataset.path: ");
        cli.Error.ShouldContain("1.png");
        cli.Run("run", file, "--dry-run").ShouldBe(ExitCodes.RunFailed);
        cli.Error.ShouldContain("1.png");
    }

    [Fact]
    public void A_dataset_that_is_elsewhere_is_a_warning()
    {
        using var cli = new Cli();
        string file = cli.Write("pets.yaml", Scenario);
        cli.Run("validate", file).ShouldBe(ExitCodes.Done);
        cli.Error.ShouldContain("the run will need it");
        cli.Run("run", file, "--dry-run").ShouldBe(ExitCodes.Done);
    }
}
