using LayerShuffle.Core.Reliabilities;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What is written of reliability is what is weighed.</summary>
public sealed class ReliabilityLanguageTests
{
    private const string Wires = "name: x\nmodel: none\nworkload: {requests: 5}\n"
        + "cluster: {nodes: {a: {}, b: {}, c: {}}, domains: {rack: [a, b], room: [b, c]}}\n";

    [Theory]
    [InlineData("{node: 0.95}", "a 0.95, b 0.95, c 0.95")]
    [InlineData("{node: 95%, b: 0.5, c: 100%}", "a 0.95, b 0.5, c 1")]
    [InlineData("{b: 99%}", "b 0.99")]
    [InlineData("{domain: 0.9}", "[rack] 0.9, [room] 0.9")]
    [InlineData("{domain: {room: 0.9}, a: 0.8}", "[room] 0.9, a 0.8")]
    public void Probabilities_are_read(string written, string units)
    {
        ReliabilitySpec? spec = Some.Valid(Wires + $"reliability: {written}\n").Conditions[0].Reliability;
        string.Join(", ", spec.ShouldNotBeNull().Units.Select(unit =>
            FormattableString.Invariant($"{(unit.IsDomain ? $"[{unit.Name}]" : unit.Name)} {unit.Up}")))
            .ShouldBe(units);
    }

    [Theory]
    [InlineData("{d: 0.9}", "s.yaml:5:15: reliability.d: there is no node `d`; expected `node` for every node, `domain`, or a node: a, b, c")]
    [InlineData("{nodes: 0.9}", "s.yaml:5:15: reliability.nodes: there is no node `nodes`; expected `node` for every node, `domain`, or a node: a, b, c; "
        + "did you mean `node`?")]
    [InlineData("{node: 1.2}", "s.yaml:5:21: reliability.node: ")]
    [InlineData("{node: {a: 0.9}}", "s.yaml:5:21: reliability.node: a map where the probability that `node` is up belongs")]
    [InlineData("{domain: {attic: 0.9}}", "s.yaml:5:24: reliability.domain.attic: there is no failure domain `attic`; expected one of rack, room")]
    [InlineData("{}", "s.yaml:5:14: reliability: nothing is said of any node; expected probabilities of being up")]
    [InlineData("{node: 0.9}\nclock: wall", "s.yaml:5:14: reliability: sets of dead nodes are weighed in one process")]
    [InlineData("{node: 0.9}\nrouting: {order: opportunistic}", "s.yaml:5:14: reliability: orders that are chosen on the way go by when layers answer")]
    public void What_is_wrong_is_told_with_its_place(string written, string mistake) =>
        Some.Mistakes(Wires + $"reliability: {written}\n").ShouldHaveSingleItem().ShouldStartWith(mistake);

    [Fact]
    public void A_domain_without_domains_is_a_mistake() => Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 5}\nreliability: {domain: 0.9}\n")
        .ShouldHaveSingleItem().ShouldStartWith("s.yaml:4:23: reliability.domain: the cluster has no failure domains");

    [Fact]
    public void Conditions_and_sweeps_change_it()
    {
        IReadOnlyList<ReliabilitySpec?> specs = [.. Some.Valid(Wires + "reliability: {node: 0.9}\nconditions: {time: {reliability: null, faults: {f: {kind: "
            + "crash, nodes: [a], at: 1s}}}, sets: {reliability: {a: 0.5}}}\n").Conditions.Select(variant => variant.Reliability)];
        specs[0].ShouldBeNull();
        specs[1].ShouldNotBeNull().Units.Select(unit => unit.Up).ShouldBe([0.5, 0.9, 0.9]);
        Some.Valid(Wires + "sweep: {reliability.node: [90%, 99%]}\n").Conditions.Select(variant => variant.Reliability!.Units[0].Up).ShouldBe([0.9, 0.99]);
    }

    [Fact]
    public void What_needs_time_is_warned_about_and_nothing_else()
    {
        const string timed = "network: {latency: 5ms}\nfaults: {f: {kind: crash, nodes: [a], at: 5ms}}\nrouting: {retries: 1, timeout: 20ms, on_failure: fail, "
            + "replicas: 2}\n";
        Some.Warnings(Wires.Replace("}, domains: {rack: [a, b], room: [b, c]}", "}", StringComparison.Ordinal) + timed + "reliability: {node: 0.9}\n")
            .Select(warning => warning.Split(": no effect")[0])
            .ShouldBe(["s.yaml:5:10: network", "s.yaml:6:9: faults", "s.yaml:7:20: routing.retries", "s.yaml:7:32: routing.timeout"], ignoreOrder: true);
        Some.Warnings(Wires.Replace("room: [b, c]", "room: [c]", StringComparison.Ordinal) + "reliability: {domain: 0.9}\n").ShouldBeEmpty();
        // What one condition has no use for, another may.
        Some.Warnings(Wires.Replace("}, domains: {rack: [a, b], room: [b, c]}", "}", StringComparison.Ordinal) + timed
            + "conditions: {time: {}, sets: {reliability: {node: 0.9}}}\n").ShouldBeEmpty();
        Some.Warnings(Wires + "reliability: {node: 100%}\n").ShouldHaveSingleItem().ShouldContain("nothing can be dead here");
    }
}
