using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>Who has to reach whom, and how it is said who does not.</summary>
public sealed class ReachRoundTests
{
    private static readonly PeerAddress[] Members =
    [
        new(0, "10.0.0.1", 4054, 4055, 1), new(1, "10.0.0.2", 4100, 4101, 1), new(2, "10.0.0.7", 4100, 4101, 1), new(3, "fd00::3", 4100, 4101, 1),
    ];

    [Fact]
    public void All_have_to_reach_all_on_both_planes_once()
    {
        ReachRound round = Of(null);
        round.Left.ShouldBe(24);
        Hear(round, (_, _, _) => true);
        round.IsDone.ShouldBeTrue();
        Hear(round, (_, _, _) => true); // word that is repeated
        round.Left.ShouldBe(0);
    }

    [Fact]
    public void A_newcomer_and_the_others_have_to_reach_each_other()
    {
        ReachRound round = Of(2);
        round.Left.ShouldBe(12);
        round.Open(2).Select(peer => peer.Endpoint).ShouldBe([0, 1, 3]);
        round.Open(1).Select(peer => peer.Endpoint).ShouldBe([2]);
        Hear(round, (from, to, _) => from == 2 || to == 2);
        round.IsDone.ShouldBeTrue();
    }

    [Fact]
    public void Who_cannot_be_reached_is_named_with_its_address_the_plane_the_reason_and_what_to_check()
    {
        ReachRound round = Of(null);
        Hear(round, (_, to, data) => !(to == 2 && data));
        round.IsExplained.ShouldBeFalse();
        foreach (int from in new[] { 0, 1, 3 })
            round.NotReached(from, 2, true, "Connection refused");
        round.IsExplained.ShouldBeTrue();
        string text = round.Describe();
        text.ShouldStartWith("node-2 (10.0.0.7:4101) cannot be reached from the coordinator, node-1, node-3 on the data plane: Connection refused. Every "
            + "process must reach every other. Check on the machine");
        text.ShouldContain("--public-host");
        text.ShouldContain("--data-port");
        text.ShouldNotContain("control plane");
    }

    [Fact]
    public void Who_reaches_nobody_is_named_once()
    {
        ReachRound round = Of(null);
        Hear(round, (from, _, data) => from != 1 || data);
        round.Describe().ShouldStartWith("node-1 cannot reach the coordinator (10.0.0.1:4054), node-2 (10.0.0.7:4100), node-3 ([fd00::3]:4100) on the control "
            + "plane: nothing arrived. Every");
    }

    [Fact]
    public void Of_a_link_that_is_cut_one_end_is_named_for_each_direction_and_plane()
    {
        ReachRound round = Of(null);
        Hear(round, (from, to, _) => (from, to) is not ((1, 3) or (3, 1)));
        string text = round.Describe();
        text.ShouldContain("node-3 ([fd00::3]:4101) cannot be reached from node-1 on the data plane");
        text.ShouldContain("node-1 (10.0.0.2:4100) cannot be reached from node-3 on the control plane");
    }

    [Fact]
    public void Who_is_gone_is_asked_nothing_and_who_is_silent_is_known()
    {
        ReachRound round = Of(3);
        Hear(round, (from, to, _) => from != 1 && to != 1 && (from == 3 || to == 3));
        round.Silent().ShouldBe([1]);
        round.Drop(1);
        round.IsDone.ShouldBeTrue();
        Of(3).Silent().ShouldBe([1, 2], "a newcomer that is silent is no excuse for itself, and the coordinator speaks");
    }

    private static ReachRound Of(int? newcomer) => ReachRound.Of(Members, newcomer, endpoint => endpoint == 0 ? "the coordinator" : $"node-{endpoint}");

    private static void Hear(ReachRound round, Func<int, int, bool, bool> heard)
    {
        foreach ((int from, int to) in Members.SelectMany(from => Members.Where(to => to != from).Select(to => (from.Endpoint, to.Endpoint))))
        {
            foreach (bool data in new[] { false, true })
            {
                if (heard(from, to, data))
                    round.Reached(from, to, data);
            }
        }
    }
}
