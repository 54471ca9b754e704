using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Whoever starts processes again and again keeps nothing of those that have ended.</summary>
[Collection(AloneCollection.Name)]
public sealed class DescriptorTests : ProcessTests
{
    private const int Restarts = 8;

    [Fact]
    public async Task A_supervisor_keeps_no_pipe_of_workers_that_have_ended()
    {
        (Watched hub, _, _) = await WithWorkerAsync();
        int before = 0;
        for (int incarnation = 2; incarnation <= Restarts + 3; incarnation++)
        {
            await hub.Hub.KillAsync("node-1").WaitAsync(Patience);
            if (incarnation == 3) // whatever is opened once is open by now
                before = Descriptors();
            await StartAsync(hub, "node-1", incarnation);
        }

        await hub.Hub.KillAsync("node-1").WaitAsync(Patience);
        Descriptors().ShouldBeLessThan(before + Restarts, $"three pipes for each of {Restarts} workers, when they are not closed");
    }

    [Fact]
    public async Task A_coordinator_keeps_no_pipe_of_supervisors_that_have_ended()
    {
        Watched hub = Listen(o => o with { Version = "stand-in" });
        await using LocalSupervisors local = await LocalSupervisors.StartAsync(
            new LocalSupervisorsOptions { Names = ["node-1"], Command = arguments => new ProcessStartInfo(StandIn, arguments) }, hub.Hub);
        int before = 0;
        for (int i = 0; i < 6; i++)
        {
            await UntilAsync(() => hub.Hub.Nodes is [{ Connected: true }], "it has joined");
            Expect(local.ProcessIds["node-1"]);
            Process.GetProcessById(local.ProcessIds["node-1"]).Kill();
            await UntilAsync(() => hub.Seen.OfType<HubEvent.Left>().Count() == i + 1, "its end is known");
            if (i == 1)
                before = Descriptors();
            if (i < 5)
                await local.RestartAsync("node-1").WaitAsync(Patience);
        }

        Descriptors().ShouldBeLessThan(before + 6, "three pipes and a connection for each of four supervisors, when they are not closed");
    }

    private static int Descriptors()
    {
        GC.Collect(); // sockets of connections that have ended
        GC.WaitForPendingFinalizers();
        return Directory.EnumerateFileSystemEntries($"/proc/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}/fd").Count();
    }
}
