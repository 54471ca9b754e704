using System.Threading.Channels;
using Akka.Cluster;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Tests.Wall;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>Partial partitions among processes on real sockets: the coordinator stays, with everybody who need not go.</summary>
[Collection(AloneCollection.Name)]
public sealed class CoordinatorDowningTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Duration Pause = Duration.FromSeconds(2);
    private readonly List<ClusterProcess> processes = [];
    private readonly Channel<(int Endpoint, string Effect)>[] found = [Channel.CreateUnbounded<(int, string)>(), Channel.CreateUnbounded<(int, string)>()];

    public async ValueTask InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
            await Join();
        foreach (ClusterProcess process in processes)
        {
            foreach (ClusterProcess peer in processes)
                process.SetPeer(peer.Address);
        }

        for (int i = 0; i < found.Length; i++)
        {
            ChannelWriter<(int, string)> writer = found[i].Writer;
            processes[i].WatchMembership((endpoint, _, effect) => writer.TryWrite((endpoint, effect)));
        }
    }

    [Fact]
    public async Task A_node_that_alone_cannot_reach_the_coordinator_goes_and_the_coordinator_stays_with_the_others()
    {
        ClusterOf(0).DowningProvider.ShouldBeOfType<CoordinatorDowning>();
        Cut(0, 2);
        await processes[2].System.WhenTerminated.WaitAsync(Patience);
        foreach (string effect in (string[])[MembershipWatch.Unreachable, MembershipWatch.Downed, MembershipWatch.Removed])
            await Finds(0, 2, effect);
        await Finds(1, 2, MembershipWatch.Removed); // until then node-1 has it on node-3's word that the coordinator is unreachable, for some seconds
        await GoOn(1);
    }

    [Fact]
    public async Task Of_two_nodes_that_cannot_reach_each_other_the_one_with_the_higher_address_goes()
    {
        int goes = ClusterOf(1).SelfUniqueAddress.CompareTo(ClusterOf(2).SelfUniqueAddress) > 0 ? 1 : 2, stays = 3 - goes;
        Cut(1, 2);
        foreach (string effect in (string[])[MembershipWatch.Unreachable, MembershipWatch.Downed, MembershipWatch.Removed])
            await Finds(0, goes, effect);
        await processes[goes].System.WhenTerminated.WaitAsync(Patience);
        await GoOn(stays);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterProcess process in Enumerable.Reverse(processes))
            await process.DisposeAsync();
    }

    /// <summary>
    /// Nothing of Akka.Cluster passes between two any more, once each has heard of the other: a member that never answered a heartbeat is not missed.
    /// </summary>
    private void Cut(int one, int other)
    {
        Silence(one, other);
        Silence(other, one);

        void Silence(int from, int to)
        {
            Akka.Actor.Address address = ClusterOf(to).SelfAddress;
            var cluster = ClusterOf(from);
            processes[from].Gate.Begin((endpoint, send) =>
            {
                if (endpoint != to || !cluster.FailureDetector.IsMonitoring(address))
                    send();
            });
        }
    }

    private async Task Finds(int observer, int endpoint, string effect)
    {
        while (await found[observer].Reader.ReadAsync().AsTask().WaitAsync(Patience) != (endpoint, effect))
        {
        }
    }

    /// <summary>The coordinator and a node are up and agree: only then can somebody new come up.</summary>
    private async Task GoOn(int node)
    {
        await Join();
        foreach (int i in (int[])[0, node])
        {
            processes[i].System.WhenTerminated.IsCompleted.ShouldBeFalse();
            ClusterOf(i).SelfMember.Status.ShouldBe(MemberStatus.Up);
        }
    }

    private async Task Join()
    {
        int endpoint = processes.Count;
        // Node-1 would be the first to act on what it hears from others.
        var membership = new MembershipSpec(Pause, Duration.FromSeconds(endpoint == 1 ? 1 : 5));
        processes.Add(await LoopbackProcess.StartAsync(endpoint, processes.FirstOrDefault(), membership, null, _ => { }, frame => frame.Dispose()));
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterOf(endpoint).RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(Patience);
    }

    private Akka.Cluster.Cluster ClusterOf(int endpoint) => Akka.Cluster.Cluster.Get(processes[endpoint].System);
}
