using System.Globalization;
using System.Net;
using LayerShuffle.Supervision;

/// <summary>
/// A coordinator that starts local supervisors and their workers, says the workers' process ids, stops the last worker, and waits to be killed.
/// </summary>
internal static class StandInCoordinator
{
    public static async Task<int> RunAsync(int count)
    {
        await using var hub = new SupervisorHub(new SupervisorHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = count,
            Version = "stand-in"
        });
        string[] names = [.. Enumerable.Range(1, count).Select(k => $"node-{k}")];
        await using LocalSupervisors local = await LocalSupervisors.StartAsync(new LocalSupervisorsOptions { Names = names }, hub);
        await hub.WaitForAsync(count, CancellationToken.None);
        var processes = new List<int?>();
        foreach (string name in names)
            processes.Add((await hub.StartWorkerAsync(name, 1, "")).ProcessId);
        int ready = 0;
        await foreach (HubEvent happening in hub.Events.ReadAllAsync())
        {
            if (happening is HubEvent.WorkerReady && ++ready == count)
                break;
        }

        await hub.StopAsync(names[^1]);
        Console.WriteLine(string.Join(' ',
            local.ProcessIds.Values.Concat(processes.Select(id => id!.Value)).Select(id => id.ToString(CultureInfo.InvariantCulture))));
        Console.ReadLine();
        return 0;
    }
}
