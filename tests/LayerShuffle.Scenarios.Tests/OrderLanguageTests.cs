using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary><c>training.order</c>.</summary>
public sealed class OrderLanguageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-orders").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData("uniform", "uniform")]
    [InlineData("{mallows: 0.8}", "mallows 0.8")]
    [InlineData("{mallows: 0, skip: 25%, pin: {first: 1, last: 2}}", "mallows 0, skip 0.25, pin first 1, pin last 2")]
    [InlineData("{curriculum: 50%}", "curriculum 0.5")]
    public void Orders_are_read(string yaml, string expected) =>
        Some.Valid(Text(yaml)).Models[0].Training!.Order.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("{mallows: 0.8, curriculum: 50%}", "`mallows` and `curriculum` exclude each other")]
    [InlineData("{curriculum: 0%}", "a curriculum over no part of the training")]
    [InlineData("{mallows: 1.5}", "1.5")]
    [InlineData("{pin: {first: 5, last: 4}}", "9 layers keep their place, but `m` has 8")]
    [InlineData("progressive", "progressive")]
    public void Impossible_orders_are_refused(string yaml, string told) => Some.Mistakes(Text(yaml)).ShouldHaveSingleItem().ShouldContain(told);

    [Fact]
    public void Variants_that_draw_no_orders_are_told() =>
        Some.Warnings(Text("{mallows: 0.8}").Replace("layershuffle", "standard", StringComparison.Ordinal)).ShouldHaveSingleItem()
            .ShouldContain("no effect: only the layershuffle variants draw orders");

    [Theory]
    [InlineData("request,order\n0,1 0\n1,\n2,2 1 0\n", null)]
    [InlineData("request,route\n0,1 0\n", "has no column `order`")]
    [InlineData("order\n1 0\n1 1\n", "line 3: `1 1` is no order of layers")]
    [InlineData("order\n1 -1\n", "line 2: `1 -1` is no order of layers")]
    [InlineData("order\n\"\"\n", "has no request that ran through a layer")]
    [InlineData("order\n8 0\n", "its orders name layer 8, but the layers of `m` are 0 to 7")]
    [InlineData("", "has no column `order`")]
    public void Orders_of_a_run_are_replayed(string csv, string? told)
    {
        string file = Path.Combine(folder, "requests.csv");
        File.WriteAllText(file, csv);
        string text = Text("{trace: requests.csv}");
        Loading.ScenarioLoadResult result = Loading.ScenarioLoader.Parse(text, "s.yaml", folder);
        if (told is not null)
        {
            result.Mistakes.ShouldHaveSingleItem().ToString().ShouldContain(told);
            return;
        }

        result.Mistakes.ShouldBeEmpty();
        TrainingSpec training = result.Scenario!.Models[0].Training!;
        training.Order.Trace!.Orders.ShouldBe([[1, 0], [2, 1, 0]]);
        result.EffectiveYaml.ShouldContain(file);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_its_place() =>
        Some.Mistakes(Text("{trace: nowhere.csv}")).ShouldHaveSingleItem().ShouldContain("nowhere.csv cannot be read");

    private static string Text(string order) => $"name: x\ndataset: {{kind: shapes}}\nmodels: {{m: {{variant: layershuffle, training: {{order: {order}}}}}}}\n";
}
