using LayerShuffle.Supervision;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>How computing threads wait is set before OpenMP reads it, yields to what the user has set, and decides no byte.</summary>
public sealed class ThreadWaitTests : IDisposable
{
    private const string Scenario = """
        name: waits
        seed: 7
        threads: 2
        dataset: {kind: shapes, train: 64, test: 20}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 32
          num_hidden_layers: 2
          num_attention_heads: 2
          intermediate_size: 64
          training: {epochs: 1, batch_size: 16}
        models: {plain: {variant: layershuffle}}
        workload: {requests: 2, images_per_request: 10}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task The_program_sets_a_short_spin_and_the_user_s_word_counts_and_no_byte_depends_on_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere libtorch has another OpenMP.");
        string scenario = place.Write("waits.yaml", Scenario);
        Program ours = await Run(scenario, "ours", []);
        ours.Error.ShouldMatch("GOMP_SPINCOUNT = '(1000|0)'"); // by what else the machine does
        Program theirs = await Run(scenario, "theirs", new() { ["GOMP_SPINCOUNT"] = "77" });
        theirs.Error.ShouldContain("GOMP_SPINCOUNT = '77'");
        Program passive = await Run(scenario, "passive", new() { ["OMP_WAIT_POLICY"] = "PASSIVE" });
        passive.Error.ShouldNotContain("GOMP_SPINCOUNT = '1000'");
        foreach (string other in new[] { "theirs", "passive" })
        {
            foreach (string file in new[] { "models/plain/model.safetensors", "training.csv", "requests.csv" })
                File.ReadAllBytes(place.At($"{other}/{file}")).ShouldBe(File.ReadAllBytes(place.At($"ours/{file}")), $"{other}: {file}");
        }
    }

    [Theory]
    [InlineData(2, false, "0.50 0.60 0.70 1/200 4711")]
    [InlineData(2, true, "2.50 0.60 0.70 3/200 4711", "2.50 0.60 0.70 4/200 4711")]
    [InlineData(2, false, "2.50 0.60 0.70 3/200 4711", "2.50 0.60 0.70 2/200 4711")] // for a moment only
    [InlineData(16, false, "2.50 0.60 0.70 3/200 4711")]
    [InlineData(1, false, "what is this")]
    [InlineData(1, false)]
    public void Others_are_busy_where_they_want_all_processors_all_the_time(int processors, bool busy, params string[] loads) =>
        ThreadWaits.AreOthersBusy(loads, processors).ShouldBe(busy);

    public void Dispose() => place.Dispose();

    private async Task<Program> Run(string scenario, string output, Dictionary<string, string> environment)
    {
        environment["OMP_DISPLAY_ENV"] = "VERBOSE"; // OpenMP tells on stderr what it has read
        Program program = Program.StartIn(place, environment, "run", scenario, "--output", output, "--retrain");
        await program.Ended;
        program.ShouldEndWith(0);
        return program;
    }
}
