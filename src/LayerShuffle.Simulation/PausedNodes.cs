using Akka.Actor;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>
/// What reaches paused nodes waits here until they go on, or die. All that a node does follows from an event (a delivery, a timer, the end of a computation):
/// holding these back is what SIGSTOP does.
/// </summary>
/// <param name="kernel">Time.</param>
/// <param name="health">Which nodes are paused.</param>
/// <param name="possible">Whether any fault of the trial pauses; without one nothing is looked up.</param>
internal sealed class PausedNodes(VirtualKernel kernel, NodeHealth health, bool possible)
{
    private readonly Dictionary<int, Station> stations = []; // looked up by key only
    private readonly Dictionary<IActorRef, int> endpoints = [];

    /// <summary>Says which actors the endpoints are.</summary>
    public void SetEndpoints(IReadOnlyList<IActorRef> actors)
    {
        for (int i = 0; possible && i < actors.Count; i++)
            endpoints[actors[i]] = i;
    }

    /// <summary>Whether an endpoint is paused.</summary>
    public bool IsPaused(int endpoint) => possible && health.IsPaused(endpoint);

    /// <summary>Keeps a delivery to a paused node.</summary>
    public void Hold(int endpoint, Action arrive) => Of(endpoint).Deliveries.Add(arrive);

    /// <summary>Keeps a timer that is due at a paused node.</summary>
    /// <returns>Whether it is kept.</returns>
    public bool HoldsTimer(IActorRef target, object message)
    {
        if (!possible || !endpoints.TryGetValue(target, out int endpoint) || !IsPaused(endpoint))
            return false;
        Of(endpoint).Timers.Add((target, message));
        return true;
    }

    /// <summary>Schedules the end of a computation, which goes on only while its node does.</summary>
    /// <param name="layer">The layer's actor, a child of its node's.</param>
    /// <param name="took">How long the node must run for it.</param>
    /// <param name="done">The completion for the layer's actor.</param>
    public void ScheduleComputeEnd(IActorRef layer, Duration took, object done)
    {
        if (possible && layer is IInternalActorRef child && endpoints.TryGetValue(child.Parent, out int endpoint))
        {
            Duration due = Ran(endpoint) + took;
            kernel.Schedule(kernel.Now + took, EventKind.ComputeEnd, _ => ComputeEnd(endpoint, due, layer, done));
        }
        else
        {
            kernel.Schedule(kernel.Now + took, EventKind.ComputeEnd, m => layer.Tell(m!), done);
        }
    }

    /// <summary>A node stops.</summary>
    public void Stop(int endpoint) => Of(endpoint).Since = kernel.Now;

    /// <summary>A node goes on: takes what waits in its socket in order, then its timers; computations have what was left of them before them.</summary>
    public void Continue(int endpoint)
    {
        Station station = Run(endpoint);
        Deliver(station);
        foreach ((Duration due, IActorRef layer, object done) in Taken(station.Computations))
            kernel.Schedule(kernel.Now + (due - Ran(endpoint)), EventKind.ComputeEnd, _ => ComputeEnd(endpoint, due, layer, done));
        foreach ((IActorRef target, object message) in Taken(station.Timers))
            kernel.Schedule(kernel.Now, EventKind.Timer, m => target.Tell(m!), message); // after what arrives at this very instant, as always
    }

    /// <summary>A paused node dies, and what waits for it meets a node that is down.</summary>
    public void Kill(int endpoint)
    {
        Station station = Run(endpoint);
        Deliver(station);
        station.Computations.Clear();
        station.Timers.Clear();
    }

    private static List<T> Taken<T>(List<T> items)
    {
        List<T> taken = [.. items];
        items.Clear();
        return taken;
    }

    private static void Deliver(Station station)
    {
        foreach (Action arrive in Taken(station.Deliveries))
            arrive();
    }

    private void ComputeEnd(int endpoint, Duration due, IActorRef layer, object done)
    {
        Duration left = due - Ran(endpoint);
        if (IsPaused(endpoint))
            Of(endpoint).Computations.Add((due, layer, done));
        else if (left > Duration.Zero)
            kernel.Schedule(kernel.Now + left, EventKind.ComputeEnd, _ => ComputeEnd(endpoint, due, layer, done));
        else
            layer.Tell(done);
    }

    /// <summary>How long a node has run since t = 0.</summary>
    private Duration Ran(int endpoint)
    {
        Station station = Of(endpoint);
        return (station.Since ?? kernel.Now) - Instant.Zero - station.Lost;
    }

    private Station Run(int endpoint)
    {
        Station station = Of(endpoint);
        if (station.Since is { } since)
            station.Lost += kernel.Now - since;
        station.Since = null;
        return station;
    }

    private Station Of(int endpoint)
    {
        if (!stations.TryGetValue(endpoint, out Station? station))
            stations[endpoint] = station = new Station();
        return station;
    }

    private sealed class Station
    {
        public List<Action> Deliveries { get; } = [];

        public List<(IActorRef Target, object Message)> Timers { get; } = [];

        public List<(Duration Due, IActorRef Layer, object Done)> Computations { get; } = [];

        /// <summary>When it stopped; null while it runs.</summary>
        public Instant? Since { get; set; }

        /// <summary>Time of its past pauses.</summary>
        public Duration Lost { get; set; }
    }
}
