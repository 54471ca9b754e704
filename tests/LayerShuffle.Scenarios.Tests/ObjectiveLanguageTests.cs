using LayerShuffle.Core.Records;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What a scenario is ranked by.</summary>
public sealed class ObjectiveLanguageTests
{
    private const string Wires = "name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: 2, compute_time: 1ms}\n"
        + "conditions: {a: {}, b: {cluster: {nodes: 1}}}\n";

    [Fact]
    public void Objectives_are_read_in_their_order()
    {
        Some.Valid(Wires).Objectives.ShouldBeEmpty();
        Some.Valid(Wires + "objective: latency\n").Objectives.ShouldBe([Objective.Latency]);
        Some.Valid(Wires + "objective: [bytes, accuracy]\n").Objectives.ShouldBe([Objective.Bytes, Objective.Accuracy]);
    }

    [Theory]
    [InlineData("speed", "s.yaml:6:12: objective: unknown word `speed`; expected ")]
    [InlineData("[latency, acuracy]", "s.yaml:6:22: objective[1]: unknown word `acuracy`; expected `accuracy` or `latency` or `bytes` or `energy` or "
        + "`loss`; did you mean `accuracy`?")]
    [InlineData("[latency, latency]", "s.yaml:6:22: objective[1]: `latency` stands twice in the list; expected each objective once")]
    public void What_is_wrong_is_told_with_its_place(string written, string mistake) =>
        Some.Mistakes(Wires + $"objective: {written}\n").ShouldHaveSingleItem().ShouldStartWith(mistake);

    [Fact]
    public void What_ranks_nothing_is_warned_about()
    {
        Some.Warnings(Wires + "objective: [accuracy, latency]\n").ShouldBeEmpty();
        Some.Warnings(Wires + "objective: [accuracy, energy]\n").ShouldHaveSingleItem().ShouldStartWith("s.yaml:6:23: objective");
        Some.Warnings(Wires + "objective: [accuracy, loss]\n").ShouldHaveSingleItem().ShouldContain("there are no answers");
        Some.Warnings(Wires.Split("conditions")[0] + "objective: latency\n").ShouldHaveSingleItem().ShouldContain("nothing to rank");
        Some.Warnings(Wires + "reliability: {node: 0.9}\nobjective: latency\n").ShouldContain(warning => warning.Contains("rank by accuracy",
            StringComparison.Ordinal));
    }
}
