using System.Collections.Concurrent;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// Lets a trial's faults strike real processes and writes the ledger with requested and realised times. A crash is SIGKILL; where a restart is to follow, the next worker is started at once and held, so that
/// the time until it serves is the one asked for.
/// </summary>
internal sealed partial class WallFaultDriver(WallTrial trial, TrialSpec spec, WallCluster cluster, EndpointTrial own, Topology topology) : IDisposable
{
    private const int MostHolds = 3;
    private readonly Lock gate = new();
    private readonly List<LedgerEntry> ledger = [];
    private readonly NodeHealth health = new(spec.Cluster);
    private readonly HashSet<(int Node, int Incarnation)> detected = [];
    private readonly Dictionary<(int Node, int Incarnation), string> downBy = [];
    private readonly Dictionary<int, Task> chains = []; // what is being done to a node, one thing after the other
    private readonly ConcurrentDictionary<int, Task<PeerAddress>> held = [];
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FaultEffects Effects => field ??= new FaultEffects(health);

    public IReadOnlyList<LedgerEntry> Ledger()
    {
        lock (gate)
            return [.. ledger.OrderBy(entry => entry.Time)];
    }

    /// <summary>Schedules all faults.</summary>
    public void Schedule()
    {
        foreach (FaultEvent strike in own.Timeline)
            own.Clock.At(strike.At, () => Strike(strike));
        started.TrySetResult();
    }

    /// <summary>Waits for what is being done to nodes.</summary>
    public async Task SettleAsync()
    {
        Task[] running;
        lock (gate)
            running = [.. chains.Values];
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(TimeSpan.FromSeconds(10))).ConfigureAwait(false);
        await ContinueAllAsync().ConfigureAwait(false);
    }

    public void PeerDownDetected(Instant at, int node, int incarnation)
    {
        lock (gate)
        {
            if (detected.Add((node, incarnation)))
                ledger.Add(new LedgerEntry(at, downBy.GetValueOrDefault((node, incarnation), ""), "crash", topology.Name(node), FaultEffects.DetectedDown));
        }
    }

    /// <summary>A worker has ended.</summary>
    public void Died(int endpoint, int incarnation, bool asked, string how)
    {
        if (endpoint < topology.Count && !asked)
        {
            Log("", "process", topology.Name(endpoint), $"died ({how})", null);
            if (spec.Cluster.Recovery == RecoveryKind.Rehost)
                _ = Task.Run(() => RehostAsync(endpoint, incarnation), stop.Token);
        }
    }

    /// <summary>A worker that nobody asked to end is back: it takes part again.</summary>
    public void Respawned(int endpoint, PeerAddress address)
    {
        if (endpoint >= topology.Count)
            return;
        // A worker that is held for its restart and dies is held again; one that had to serve serves again.
        if (held.ContainsKey(endpoint))
            held[endpoint] = HoldAsync(endpoint);
        else
            Then(endpoint, () => RejoinAsync(endpoint, address, "respawned"));
    }

    /// <summary>Akka.Cluster has found something out about a worker.</summary>
    public void Found(int endpoint, string effect)
    {
        if (endpoint < topology.Count)
            Log("", "membership", topology.Name(endpoint), effect, null);
    }

    public void Dispose()
    {
        stop.Cancel();
        started.TrySetCanceled(); // if the trial never began
    }

    private void Strike(FaultEvent strike)
    {
        if (stop.IsCancellationRequested)
            return;
        switch (strike.Fault)
        {
            case CrashFault:
                foreach (int node in strike.Targets)
                    Then(node, () => CrashAsync(strike, node));
                break;
            case PauseFault:
                foreach (int node in strike.Targets)
                    Then(node, () => PauseAsync(strike, node));
                break;
            case SlowdownFault:
                foreach (int node in strike.Targets)
                    Log(strike, topology.Name(node), FaultEffects.Of(strike));
                break;
            case PartitionFault or LinkFault:
                Log(strike, FaultEffects.Target(strike.Fault), FaultEffects.Of(strike));
                break;
        }
    }

    private async Task CrashAsync(FaultEvent strike, int node)
    {
        string name = topology.Name(node), effect;
        lock (gate)
        {
            effect = Effects.Crash(strike, node, cluster.IsAway(node));
            if (effect == FaultEffects.Began)
                downBy[(node, cluster.Process.IncarnationOf(node) ?? 0)] = strike.Fault.Name;
        }

        if (effect == FaultEffects.Began)
        {
            int killed = await cluster.KillAsync(node).ConfigureAwait(false);
            Log(strike, name, effect);
            if (spec.Cluster.Recovery == RecoveryKind.Rehost)
                _ = Task.Run(() => RehostAsync(node, killed), stop.Token);
            if (strike.Fault is CrashFault { RestartAfter: not null })
                held[node] = HoldAsync(node);
        }
        else if (effect == FaultEffects.Restarted)
        {
            if (!held.TryRemove(node, out Task<PeerAddress>? waiting))
                waiting = HoldAsync(node); // the crash that holds it down now is not the one that took it down
            PeerAddress address = await HeldAsync(node, waiting).ConfigureAwait(false);
            cluster.Process.Tell(node, new RestartNode(address.Incarnation));
            cluster.Serve(address);
            trial.GiveBack(node);
            Log(strike, name, effect);
        }
        else
        {
            Log(strike, name, effect);
        }
    }

    private async Task PauseAsync(FaultEvent strike, int node)
    {
        string effect;
        lock (gate)
            effect = Effects.Pause(strike, node, cluster.IsAway(node));
        if (effect == FaultEffects.Began)
            await cluster.PauseAsync(node).ConfigureAwait(false);
        else if (effect == FaultEffects.Ended)
            await cluster.ContinueAsync(node).ConfigureAwait(false);
        Log(strike, topology.Name(node), effect);
    }

    /// <summary>Lets every stopped worker go on: the trial is over.</summary>
    private async Task ContinueAllAsync()
    {
        for (int node = 1; node < topology.Count; node++)
        {
            bool paused;
            lock (gate)
                paused = health.IsPaused(node);
            if (paused)
                await ContinueAsync(node).ConfigureAwait(false);
        }
    }

    private async Task ContinueAsync(int node)
    {
        try
        {
            await cluster.ContinueAsync(node).ConfigureAwait(false);
        }
        catch (NodeCommandException exception)
        {
            Log("", "process", topology.Name(node), exception.Message, null); // it has gone meanwhile: the trial is whole without it
        }
    }

    private async Task<PeerAddress> HoldAsync(int node)
    {
        PeerAddress address = await cluster.EnsureAsync(node, stop.Token).ConfigureAwait(false);
        await trial.PrepareAsync(address, held: true, stop.Token).ConfigureAwait(false);
        return address;
    }

    private async Task RehostAsync(int node, int dead)
    {
        try
        {
            await started.Task.ConfigureAwait(false); // before, not all workers have their side of the trial, and would not hear of it
            if (cluster.IsBack(node, dead))
                return;
            foreach (string effect in await trial.RehostAsync(node, stop.Token, (dead, own.Clock.Now + spec.Cluster.RecoveryTime)).ConfigureAwait(false))
                Log("", "placement", topology.Name(node), effect, null);
            if (cluster.IsBack(node, dead))
                trial.GiveBack(node); // it came back meanwhile
        }
        catch (OperationCanceledException)
        {
            // the trial is over
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            Log("", "placement", topology.Name(node), $"not rehosted: {exception.Message}", null);
        }
        catch (Exception exception)
        {
            trial.Fail(exception);
        }
    }

    /// <summary>The worker that is held, or another if that one has died.</summary>
    private async Task<PeerAddress> HeldAsync(int node, Task<PeerAddress> waiting)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                PeerAddress address = await waiting.ConfigureAwait(false);
                if (cluster.IsAlive(address))
                    return address;
            }
            catch (IOException) when (tries < MostHolds)
            {
                // it died while it came up
            }

            waiting = HoldAsync(node);
        }
    }

    private async Task RejoinAsync(int node, PeerAddress address, string effect)
    {
        await started.Task.ConfigureAwait(false);
        if (!cluster.IsAlive(address) || trial.IsPrepared(address))
            return; // dead again: its successor will come; or it was there from the beginning
        await trial.PrepareAsync(address, held: false, stop.Token).ConfigureAwait(false);
        cluster.Serve(address);
        trial.GiveBack(node);
        Log("", "process", topology.Name(node), effect, null);
    }

    private void Then(int node, Func<Task> action)
    {
        lock (gate)
            chains[node] = RunAsync(chains.GetValueOrDefault(node, Task.CompletedTask), action);
    }

    private async Task RunAsync(Task before, Func<Task> action)
    {
        await before.ConfigureAwait(false);
        try
        {
            await Task.Run(action, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the trial is over
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or NodeCommandException or PlatformNotSupportedException)
        {
            Log("", "process", "", exception.Message, null);
        }
        catch (Exception exception)
        {
            trial.Fail(exception); // nobody waits for it
        }
    }

    private void Log(FaultEvent strike, string target, string effect) => Log(strike.Fault.Name, FaultEffects.Kind(strike.Fault), target, effect, strike.At);

    private void Log(string fault, string kind, string target, string effect, Instant? requested)
    {
        if (effect == FaultEffects.Began)
            ClusterMetrics.FaultInjected(kind);
        lock (gate)
            ledger.Add(new LedgerEntry(own.Clock.Now, fault, kind, target, effect, requested));
    }
}
