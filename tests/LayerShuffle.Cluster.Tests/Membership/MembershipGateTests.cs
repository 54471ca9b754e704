using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Tests.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>The gate on real sockets: it holds back what Akka.Cluster says, and nothing else.</summary>
public sealed class MembershipGateTests
{
    private static readonly MembershipSpec Impatient = new(Duration.FromSeconds(1), Duration.FromSeconds(600)); // suspects soon, downs nobody

    [Theory]
    [InlineData(null)]
    [InlineData("a secret of at least sixteen bytes")]
    public async Task Without_gossip_and_heartbeats_members_are_unreachable_and_everything_else_arrives(string? secret)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(Impatient, secret is null ? null : System.Text.Encoding.UTF8.GetBytes(secret));
        using var dropped = new SemaphoreSlim(0);
        int strange = 0;
        var cluster = Akka.Cluster.Cluster.Get(pair.Coordinator.System);
        Akka.Actor.Address node = Akka.Cluster.Cluster.Get(pair.Node.System).SelfAddress;
        MembershipGate.MembershipJudge silence = (to, send) =>
        {
            if (!cluster.FailureDetector.IsMonitoring(node))
            {
                send(); // the very first heartbeats: a member that never answered one is not missed
                return;
            }

            dropped.Release();
            if (to != 1)
                Interlocked.Increment(ref strange);
        };
        pair.Coordinator.Gate.Begin(silence);
        for (string effect = ""; effect != MembershipWatch.Unreachable;) // a busy machine may have been suspicious before
            effect = await pair.Found.ReadAsync().AsTask().WaitAsync(ClusterPair.Patience);
        (await dropped.WaitAsync(TimeSpan.Zero)).ShouldBeTrue();
        strange.ShouldBe(0);
        await PingPong(pair);

        pair.Coordinator.Gate.End((_, _) => { }); // somebody else's end is not this judge's
        while (await dropped.WaitAsync(TimeSpan.Zero))
        {
        }

        (await dropped.WaitAsync(ClusterPair.Patience)).ShouldBeTrue();
        pair.Coordinator.Gate.End(silence);
        for (string effect = ""; effect != MembershipWatch.Reachable;)
            effect = await pair.Found.ReadAsync().AsTask().WaitAsync(ClusterPair.Patience);
    }

    [Fact]
    public async Task A_judge_may_send_later()
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(Impatient);
        var held = new TaskCompletionSource<Action>(TaskCreationOptions.RunContinuationsAsynchronously);
        MembershipGate.MembershipJudge judge = (_, send) =>
        {
            if (!held.TrySetResult(send))
                send();
        };
        pair.Node.Gate.Begin(judge);
        Action late = await held.Task.WaitAsync(ClusterPair.Patience);
        await PingPong(pair);
        late(); // from another thread than Akka's, after others
        await PingPong(pair);
    }

    private static async Task PingPong(ClusterPair pair)
    {
        for (int i = 0; i < 50; i++)
        {
            pair.Coordinator.Tell(1, new ClockProbe(0, i));
            (await pair.Message(1)).ShouldBe(new ClockProbe(0, i));
            pair.Node.Tell(0, new ClockProbed(i, 2 * i));
            (await pair.Message(0)).ShouldBe(new ClockProbed(i, 2 * i));
        }
    }
}
