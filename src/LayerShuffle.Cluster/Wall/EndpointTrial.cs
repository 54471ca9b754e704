using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// One endpoint's side of a trial on the wall clock: its clock, its links, its trace. Faults of links and slowdowns strike at every endpoint by itself: their
/// times are a function of the seed.
/// </summary>
internal sealed class EndpointTrial : IDisposable
{
    private static readonly Duration FlushEvery = Duration.FromMilliseconds(100);
    private readonly TrialSpec spec;
    private readonly Topology topology;
    private readonly EndpointFaults faults;
    private readonly IEnumerator<FaultEvent> timeline;
    private Instant startedAt;
    private readonly HopEventRecorder trace;
    private readonly MembershipGate gate;
    private readonly MembershipGate.MembershipJudge judge;
    private readonly bool isFirst; // of the node's incarnations in this trial
    private bool begun;
    private volatile bool over;

    /// <summary>Sets it up. The carrier still needs its <see cref="WallCarrier.Endpoint"/>; no time passes before <see cref="Start"/>.</summary>
    public EndpointTrial(
        int number, TrialSetting setting, int self, int incarnation, int life, ClusterProcess process, ILayerCompute compute, ActivationStore store,
            Func<int, long> numbers, Action<HopEvents> seen, IActorGuard? guard = null, Action<FaultEvent>? tensors = null)
    {
        isFirst = life == 1;
        (Number, spec, gate) = (number, setting.Spec, process.Gate);
        topology = setting.Topology;
        Clock = new WallClock(process.Timer);
        trace = new HopEventRecorder(self, Clock, batch => seen(batch with { Trial = number }));
        Carrier = new WallCarrier(number, self, life, process, Clock, store, spec.Cluster.Wire);
        Carrier.Transport = Transport = new LinkTransport(spec, setting.Links(), trace, numbers, Carrier);
        Context = setting.Context(Clock, Transport, compute, trace, guard) with { EarlierIncarnations = incarnation - life };
        faults = new EndpointFaults(Transport.Change, new NodeHealth(spec.Cluster), node => node == self,
            (_, factor) => Carrier.Endpoint.Tell(new SetSlowdown(factor)), (strike, _) => tensors?.Invoke(strike));
        judge = (to, send) =>
        {
            if (to < topology.Count)
                Carrier.SendMembership(to, send);
            else
                send(); // a node that the trial leaves out
        };
        timeline = HealedTimeline.Of(FaultTimeline.Events(spec.Faults, topology, spec.Luck, fault => fault is not (OutageFault or PauseFault)),
            spec.Workload.HealAfter).GetEnumerator();
    }

    /// <summary>How late the timer was at most that fires every tenth of a second: what a busy machine makes of any timer.</summary>
    public Duration TimerLate { get; private set; }

    /// <summary>Number of the trial's run.</summary>
    public int Number { get; }

    public WallClock Clock { get; }

    public WallCarrier Carrier { get; }

    public LinkTransport Transport { get; }

    public EndpointContext Context { get; }

    /// <summary>
    /// The zero is known: from now on faults strike, and what others that have begun already may have sent is due. Nothing happens the second time.
    /// </summary>
    /// <param name="zero">In nanoseconds of this machine's monotonic clock.</param>
    public void Start(long zero)
    {
        if (Interlocked.Exchange(ref begun, true))
            return;
        Clock.Begin(zero);
        startedAt = Clock.Now;
        Await();
        if (spec.Network.MembershipLossy)
            gate.Begin(judge);
        Flush(Clock.Now);
    }

    /// <summary>How many messages of this endpoint have met each fault of links.</summary>
    public MetFault[] Met()
    {
        MetFault[] met = [];
        Transport.Change(_ => met = [.. faults.Met().Select(fault => new MetFault(fault.Key, fault.Value))]);
        return met;
    }

    /// <summary>What this endpoint knows of its links: what it sent over those from it, what arrived over those to it.</summary>
    /// <param name="end">When the trial ended.</param>
    public LinkRecord[] Links(Instant end)
    {
        LinkRecord[] links = [];
        Transport.Change(injector => links = [.. injector.Records(oneEnd: true, end)]);
        return links;
    }

    /// <summary>Hands on all that has been seen.</summary>
    public void FlushNow() => trace.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        over = true;
        gate.End(judge);
        Carrier.Endpoint = ActorRefs.Nobody;
    }

    private void Flush(Instant due)
    {
        if (over)
            return;
        if (Clock.Now - due > TimerLate)
            TimerLate = Clock.Now - due;
        trace.Flush();
        Instant next = Clock.Now + FlushEvery;
        Clock.At(next, () => Flush(next));
    }

    /// <summary>Waits for the next event only: there may be no last one. What a worker that was started again has missed strikes at once.</summary>
    private void Await()
    {
        while (timeline.MoveNext())
        {
            FaultEvent next = timeline.Current;
            if (next.Fault is MemoryFault && !isFirst && next.At < startedAt)
                continue; // what flipped was in the memory of a process that is no more
            Clock.At(next.At, () => Strike(next));
            return;
        }
    }

    private void Strike(FaultEvent strike)
    {
        if (over)
            return;
        faults.Strike(strike);
        Await();
    }
}
