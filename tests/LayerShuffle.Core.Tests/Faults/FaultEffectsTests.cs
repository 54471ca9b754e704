using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

/// <summary>
/// The words of the ledger, which both clocks take from here: every kind of fault of nodes, on every state that it can find, by every state that it can leave.
/// </summary>
public sealed class FaultEffectsTests
{
    private readonly NodeHealth health = new(Cluster(1));
    private readonly FaultEffects effects;

    public FaultEffectsTests() => effects = new FaultEffects(health);

    /// <summary>
    /// C a crash, P a pause, c and p second ones of the same kind; an exclamation mark ends it; a capital letter X before: the node is not there.
    /// </summary>
    [Theory]
    [InlineData("C C!", "began restarted")]
    [InlineData("P P!", "began ended")]
    [InlineData("C c C! c!", "began already_down still_down restarted")]
    [InlineData("C c c! C!", "began already_down still_down restarted")]
    [InlineData("P p P! p!", "began already_paused still_paused ended")]
    [InlineData("P p p! P!", "began already_paused still_paused ended")]
    [InlineData("C P P! C!", "began already_down not_paused restarted")]
    [InlineData("C P C! P!", "began already_down restarted not_paused")]
    [InlineData("P C P! C!", "began began not_paused restarted")]
    [InlineData("P C C! P!", "began began restarted not_paused")]
    [InlineData("P C C! p P! p!", "began began restarted began still_paused ended")]
    [InlineData("XC XC!", "already_down still_down")]
    [InlineData("XP XP!", "already_down not_paused")]
    [InlineData("XC C!", "already_down restarted")]
    [InlineData("XP P!", "already_down not_paused")]
    [InlineData("C XC!", "began still_down")]
    [InlineData("P XP!", "began not_paused")]
    [InlineData("XC c C! c!", "already_down already_down still_down restarted")]
    public void Every_fault_has_its_word_in_every_state(string strikes, string words) =>
        string.Join(' ', strikes.Split(' ').Select(Strike)).ShouldBe(words);

    [Fact]
    public void Faults_that_strike_whatever_they_find_begin_and_end()
    {
        FaultSpec[] all =
        [
            new CrashFault("a", default, NodeSelector.Of("node-1"), null), new PauseFault("b", default, NodeSelector.Of("node-1"), null),
                new SlowdownFault("c", default, NodeSelector.Of("node-1"), 2, null),
            new ChurnFault("f", default, NodeSelector.Of("node-1"), Ms(1), Ms(1), 1, null),
                new TraceFault("g", default, NodeSelector.Of("node-1"), new([], null), null),
            new PartitionFault("d", default, [["node-1"], ["coordinator", "node-2"]], null),
                new LinkFault("e", default, ["all"], ["node-1", "node-2"], new LinkPatch(), null),
            new ByzantineFault("f", default, NodeSelector.Of("node-1"), ByzantineAnswer.Zero, 1, null),
            new MemoryFault("g", default, NodeSelector.Of("node-1"), 1, BitField.Any), // in words of its own
        ];
        all.Select(FaultEffects.Kind).ShouldBe(["crash", "pause", "slowdown", "churn", "trace", "partition", "link", "byzantine", "memory"]);
        typeof(FaultSpec).Assembly.GetTypes().Count(type => !type.IsAbstract && type.IsSubclassOf(typeof(FaultSpec)))
            .ShouldBe(all.Length, "every kind has a name in the ledger");
        foreach (FaultSpec fault in all[2..^1])
        {
            FaultEffects.Of(new FaultEvent(At(0), fault, true, [])).ShouldBe("began");
            FaultEffects.Of(new FaultEvent(At(0), fault, false, [])).ShouldBe("ended");
        }

        FaultEffects.Target(new(At(0), all[5], true, [])).ShouldBe("node-1 | coordinator node-2");
        FaultEffects.Target(new(At(0), all[6], true, [])).ShouldBe("all -> node-1 node-2");
    }

    private string Strike(string text)
    {
        bool absent = text[0] == 'X', ends = text[^1] == '!';
        char kind = text.TrimStart('X')[0];
        NodeSelector node = NodeSelector.Of("node-1");
        bool crash = char.ToUpperInvariant(kind) == 'C';
        FaultSpec fault = crash ? new CrashFault(kind.ToString(), default, node, null) : new PauseFault(kind.ToString(), default, node, null);
        var strike = new FaultEvent(At(0), fault, !ends, [1]);
        return crash ? effects.Crash(strike, 1, absent) : effects.Pause(strike, 1, absent);
    }
}
