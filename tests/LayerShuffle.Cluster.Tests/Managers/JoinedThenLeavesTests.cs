using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>A node that joins and wants to leave before it serves: the ledger tells both in that order.</summary>
public sealed class JoinedThenLeavesTests : IDisposable
{
    private readonly VirtualActorSystem world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void That_it_has_joined_is_written_before_that_it_leaves(bool beforeTheTrial)
    {
        var cluster = new SimulatedCluster(world, 3, setting => setting with { MayBeAway = true });
        cluster.Begin(places: 2);
        var trial = new SimulatedTrial(world, cluster, 6, [], () => Duration.FromSeconds(2)); // to prepare a node takes long
        if (!beforeTheTrial)
            trial.Begin();
        cluster.Run(5);
        cluster.Join(3);
        cluster.Run(1);
        cluster.Told.ShouldBe(["arrived 3/1"]);
        cluster.AskToLeave(3);
        cluster.Run(0.5);
        if (beforeTheTrial)
            trial.Begin();
        cluster.Run(60);

        cluster.Told[..2].ShouldBe(["arrived 3/1", "leaves 3"]);
        string[] words = [.. trial.Ledger.Rows().Where(row => row.Target == "node-3" && row.Kind == "process").Select(row => row.Effect)];
        words.Where(word => word is "joined" or "leaves").ShouldBe(["joined", "leaves"]);
        trial.End();
        cluster.Run(60);
        trial.Stop();
        cluster.Stop();
    }
}
