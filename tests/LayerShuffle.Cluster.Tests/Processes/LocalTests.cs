using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Supervisors that are processes themselves: whoever dies, nothing is left.</summary>
public sealed class LocalTests : ProcessTests
{
    [Fact]
    public async Task Local_supervisors_join_get_the_secret_and_end_when_told()
    {
        var said = new ConcurrentQueue<string>();
        Watched hub = Listen(o => o with { Version = "stand-in", Names = ["a", "b"] });
        await using LocalSupervisors local = await StartAsync(hub, new LocalSupervisorsOptions
        {
            Names = ["a", "b"],
            Secret = [1, 2, 3],
            Log = new HeardLog(said.Enqueue),
        });
        NodeInfo[] nodes = await hub.Hub.WaitForAsync(2, TestContext.Current.CancellationToken).WaitAsync(Patience);
        nodes.Select(n => n.Name).ShouldBe(["a", "b"], ignoreOrder: true);
        nodes[0].Capabilities.Cores.ShouldBe(Environment.ProcessorCount);
        foreach (int process in local.ProcessIds.Values)
            Lives(process).ShouldBeTrue();
        int worker = await StartAsync(hub, "b", 1);
        File.ReadAllText($"/proc/{local.ProcessIds["a"]}/cmdline").ShouldNotContain("AQID");

        (await hub.Hub.ShutdownAllAsync().WaitAsync(Patience)).ShouldBeEmpty();
        (await local.WaitForExitAsync(Patience)).ShouldBeTrue();

        Lives(worker).ShouldBeFalse();
        said.ShouldContain("a: secret of 3 bytes");
        said.ShouldContain("b: The coordinator ended this node.");
    }

    [Fact]
    public async Task Disposing_ends_them_and_their_workers_also_stopped_ones()
    {
        Watched hub = Listen(o => o with { Version = "stand-in" });
        LocalSupervisors local = await StartAsync(hub, new LocalSupervisorsOptions { Names = ["node-1", "node-2"] });
        await hub.Hub.WaitForAsync(2, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int[] workers = [await StartAsync(hub, "node-1", 1, "deaf"), await StartAsync(hub, "node-2", 1)];
        await hub.Hub.StopAsync("node-2").WaitAsync(Patience);
        int[] supervisors = [.. local.ProcessIds.Values];

        await local.DisposeAsync();

        supervisors.Concat(workers).Where(Lives).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_supervisor_takes_its_worker_along_and_the_hub_knows_at_once()
    {
        Watched hub = Listen(o => o with { Version = "stand-in" });
        await using LocalSupervisors local = await StartAsync(hub, new LocalSupervisorsOptions { Names = ["node-1"] });
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int worker = await StartAsync(hub, "node-1", 1, "deaf"); // only the kernel's signal ends it
        await hub.Hub.StopAsync("node-1").WaitAsync(Patience);

        Process.GetProcessById(local.ProcessIds["node-1"]).Kill();

        await GoneAsync(worker);
        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldContain("signal 9");
        hub.Hub.Nodes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_coordinator_dies_local_supervisors_and_workers_end_at_once(bool killed)
    {
        using var coordinator = Process.Start(new ProcessStartInfo(StandIn, ["run", "2"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Expect(coordinator.Id);
        string line = (await coordinator.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience))!;
        int[] processes = [.. line.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        processes.Length.ShouldBe(4);
        foreach (int process in processes)
            Expect(process);
        processes.ShouldAllBe(process => Lives(process));
        await UntilAsync(() => State(processes[3]) == 'T', "the last worker is stopped");
        long began = TimeProvider.System.GetTimestamp();

        if (killed)
            coordinator.Kill();
        else
            coordinator.StandardInput.Close();

        foreach (int process in processes)
            await GoneAsync(process);
        await coordinator.WaitForExitAsync(TestContext.Current.CancellationToken);
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(15), "by the pipe's end, not by the grace period of 20 s");
    }

    private async Task<LocalSupervisors> StartAsync(Watched hub, LocalSupervisorsOptions options)
    {
        LocalSupervisors local = await LocalSupervisors.StartAsync(options with { Command = arguments => new ProcessStartInfo(StandIn, arguments) }, hub.Hub);
        foreach (int process in local.ProcessIds.Values)
            Expect(process);
        return local;
    }
}
