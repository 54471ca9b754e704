using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>A run that is resumed goes on with its own trials, and with no others.</summary>
[Collection(TrainedOnce.Name)]
public sealed class ResumeIdentityTests : IDisposable
{
    private const string Wires =
        "name: wires\nmodel: none\nseed: 3\nrepeats: 2\ncluster: {nodes: 2}\nnetwork: {latency: {distribution: normal, mean: 5ms, stddev: 1ms}, loss: "
            + "5%}\nrouting: {timeout: 30ms}\n"
        + "workload: {requests: 5}\nconditions: {a: {}, b: {network: {loss: 20%}}}\n";

    private readonly Cli cli = new();

    public ResumeIdentityTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    [Theory]
    [InlineData("seed=4", "it was made under another scenario or seed")]
    [InlineData("network.loss=6%", "it was made under another scenario or seed")]
    [InlineData("name=others", "it was made under another scenario or seed")]
    public void Rows_of_another_seed_or_scenario_are_made_again(string set, string word)
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--output", cli.At("out"), "--set", set).ShouldBe(ExitCodes.Done, cli.Error);
        File.Copy(cli.At("whole/scenario.yaml"), cli.At("out/scenario.yaml"), true); // by whatever accident
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("warning: ");
        cli.Error.ShouldContain("in this folder do not count as finished, and are made again: trial 1 (" + word);
        ShouldBeWhole();
    }

    [Fact]
    public void Rows_made_with_another_model_are_made_again()
    {
        cli.Write("kept.yaml", TrainedOnce.Scenario);
        cli.Run("run", cli.At("kept.yaml"), "--output", cli.At("trained")).ShouldBe(ExitCodes.Done, cli.Error);
        string checkpoint = cli.At("trained/models/shuffled");
        string file = cli.Write("imported.yaml",
            $"name: imported\nseed: 7\nthreads: 1\ndataset: {{kind: shapes, train: 96, test: 40}}\nmodels: {{imported: {{checkpoint: "
                + $"{checkpoint}}}}}\ncluster: {{nodes: 3}}\n"
            + "workload: {requests: 4, images_per_request: 10}\n");
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldNotContain("made again");
        using (DisposeScope())
        {
            (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(checkpoint);
            using (no_grad())
                model.Head.parameters().First().neg_();
            ModelFolder.Save(checkpoint, model, preprocessor);
        }

        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldContain("trial 1 (it was made with another model, or other test images)");
        ShouldBeWhole();

        static IDisposable DisposeScope() => NewDisposeScope();
    }

    [Fact]
    public void A_part_of_the_trials_and_then_the_rest_are_the_bytes_of_all_of_them()
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--output", cli.At("out"), "--only", "condition=b").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldNotContain("made again");
        ShouldBeWhole();
    }

    [Fact]
    public void A_changed_header_is_refused_in_a_sentence_and_nothing_is_changed()
    {
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        string text = File.ReadAllText(cli.At("out/requests.csv"));
        File.WriteAllText(cli.At("out/requests.csv"), "t\"" + text[2..]);
        byte[] conditions = File.ReadAllBytes(cli.At("out/conditions.csv"));
        cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.RunFailed, cli.Error);
        cli.Error.ShouldContain("requests.csv has other columns than this run would write");
        cli.Error.ShouldNotContain("a bug");
        File.ReadAllBytes(cli.At("out/conditions.csv")).ShouldBe(conditions);
    }

    [Fact]
    public void Whatever_byte_of_the_scenario_or_the_record_is_changed_is_refused_or_of_no_account()
    {
        bool all = LongTests.AreWanted;
        string file = cli.Write("wires.yaml", Wires);
        cli.Run("run", file, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        CopyTo("whole");
        byte[] scenario = File.ReadAllBytes(cli.At("out/scenario.yaml")), record = File.ReadAllBytes(cli.At("out/run.json"));
        for (int at = 0; at < scenario.Length; at += all ? 1 : 100)
        {
            Flip("scenario.yaml", scenario, at);
            cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Invalid, cli.Error);
            cli.Error.ShouldContain("the scenario differs from the one that");
        }

        File.WriteAllBytes(cli.At("out/scenario.yaml"), scenario);
        for (int at = 0; at < record.Length; at += all ? 1 : 100)
        {
            Flip("run.json", record, at);
            cli.Run("run", file, "--resume", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error); // nothing of it is read
            cli.Error.ShouldNotContain("made again");
            System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(cli.At("out/run.json"))).RootElement.GetProperty("state").GetString().ShouldBe("done");
            ShouldBeWhole();
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    private void Flip(string name, byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        File.WriteAllBytes(cli.At("out/" + name), flipped);
    }

    private void CopyTo(string folder)
    {
        Directory.CreateDirectory(cli.At(folder));
        foreach (string file in Directory.EnumerateFiles(cli.At("out")))
            File.Copy(file, cli.At($"{folder}/{Path.GetFileName(file)}"));
    }

    private void ShouldBeWhole()
    {
        string[] Names(string folder) => [.. Directory.EnumerateFiles(cli.At(folder)).Select(Path.GetFileName).Where(name => name != "run.json")
            .Order(StringComparer.Ordinal)!];
        Names("out").ShouldBe(Names("whole"));
        foreach (string name in Names("whole"))
            File.ReadAllBytes(cli.At("out/" + name)).ShouldBe(File.ReadAllBytes(cli.At("whole/" + name)), name);
    }
}
