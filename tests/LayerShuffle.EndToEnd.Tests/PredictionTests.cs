using LayerShuffle.Cluster.Tests;
using LayerShuffle.Vision.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>
/// <c>predict</c> gives what the paper's reference implementation gives, and says what is wrong with a broken file: as a process for the fixture and for
/// outputs that cannot be, within this one for the many others.
/// </summary>
public sealed class PredictionTests : IDisposable
{
    private const float LogitTolerance = 1e-4f, StateTolerance = 3e-4f;
    private const int Layers = 6;

    private readonly Workplace place = new();

    public static TheoryData<string> Folders => GoldenFolder.Names;

    [Fact]
    public async Task The_fixture_in_the_repository_is_reproduced()
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        await Compare(golden, "identity", null);
        foreach (string order in new[] { "reverse", "pruned_ordered" })
            await Compare(golden, order, string.Join(',', golden.Order(order)), within: order != "reverse");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Reference_models_are_reproduced_in_order_out_of_order_and_pruned(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        await Compare(golden, "identity", null, within: true);
        foreach (string order in new[] { "random1", "pruned_shuffled" })
            await Compare(golden, order, string.Join(' ', golden.Order(order)), within: true);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void A_truncated_model_is_a_sentence(double kept)
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        Directory.CreateDirectory(place.At("model"));
        File.Copy(Path.Combine(golden.Directory, "config.json"), place.At("model/config.json"));
        Truncate(Path.Combine(golden.Directory, "model.safetensors"), place.At("model/model.safetensors"), kept);
        Refused(place.At("model"), Path.Combine(golden.Directory, "cases.safetensors"), "model.safetensors");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0.5)]
    public void A_truncated_input_is_a_sentence(double kept)
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        Truncate(Path.Combine(golden.Directory, "cases.safetensors"), place.At("images.safetensors"), kept);
        Refused(golden.Directory, place.At("images.safetensors"), "images.safetensors");
    }

    [Theory]
    [InlineData("nowhere/y.safetensors", "nowhere")]
    [InlineData(".", "is a folder")]
    public async Task An_output_that_cannot_be_is_a_sentence(string output, string said)
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        Program program = await place.Run("predict", "--model", golden.Directory, "--input", Path.Combine(golden.Directory, "cases.safetensors"), "--output",
            output);
        program.ShouldEndWith(2);
        program.Errors.ShouldHaveSingleItem().ShouldContain(said);
    }

    public void Dispose() => place.Dispose();

    private static void Truncate(string from, string to, double kept)
    {
        byte[] bytes = File.ReadAllBytes(from);
        File.WriteAllBytes(to, bytes[..(int)(kept < 1 ? kept * bytes.Length : kept)]);
    }

    private async Task Compare(GoldenFolder golden, string name, string? order, bool within = false)
    {
        string[] args = ["predict", "--model", golden.Directory, "--input", Path.Combine(golden.Directory, "cases.safetensors"), "--output",
            place.At("y.safetensors")];
        args = order is null ? args : [.. args, "--order", order];
        if (within)
            Within(args).Code.ShouldBe(0);
        else
            (await place.Run(args)).ShouldEndWith(0);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> written = SafeTensors.Read(place.At("y.safetensors"));
        int executed = order is null ? Layers : golden.Order(name).Length;
        bool predicts = golden.Directory.Contains("predicting", StringComparison.Ordinal);
        written["logits"].shape.ShouldBe([4, 10]);
        written["cls_states"].shape.ShouldBe([executed + 1, 4, 48]);
        written["cls_delta_norm"].shape.ShouldBe([executed, 4]);
        written.ContainsKey("position_logits").ShouldBe(predicts);
        int compared = 0;
        foreach ((string key, Tensor actual) in written)
        {
            if (!golden.Tensors.TryGetValue($"order.{name}.{key}", out Tensor? expected))
                continue; // the fixture in the repository leaves some out
            actual.shape.ShouldBe(expected.shape, key);
            float tolerance = key.EndsWith("logits", StringComparison.Ordinal) ? LogitTolerance : StateTolerance;
            (actual - expected).abs().max().item<float>().ShouldBeLessThanOrEqualTo(tolerance, $"{key} of {name} in {golden.Directory}");
            compared++;
        }

        compared.ShouldBeGreaterThanOrEqualTo(predicts && !golden.Directory.Contains("Fixtures", StringComparison.Ordinal) ? 4 : 3);
    }

    private void Refused(string model, string input, string named)
    {
        (int code, string error) = Within("predict", "--model", model, "--input", input, "--output", place.At("y.safetensors"));
        code.ShouldBe(3);
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldStartWith("Error: ");
        error.ShouldContain($"{named} is no valid safetensors file");
        File.Exists(place.At("y.safetensors")).ShouldBeFalse();
    }

    private static (int Code, string Error) Within(params string[] args)
    {
        using StringWriter output = new(), error = new();
        return (Cli.Commands.CommandLine.Invoke(args, output, error), error.ToString());
    }
}
