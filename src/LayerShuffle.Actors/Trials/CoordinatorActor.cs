using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Trials;

/// <summary>
/// Admits requests, turns images into token embeddings, sends them on their way, applies the head to what returns, and records how each request ended.
/// </summary>
public sealed class CoordinatorActor : ReceiveActor
{
    private readonly EndpointContext context;
    private readonly IRequestModel model;
    private readonly TrialPlan plan;
    private readonly RequestLog log;
    private readonly HopCourier courier;
    private readonly Dictionary<int, OpenRequest> open = [];
    private readonly Dictionary<HopId, Gathering> gatherings = []; // of results; removed by key only
    private int nextRequest;

    /// <summary>Starts to submit as soon as it is told <see cref="SubmitRequest"/>.</summary>
    public CoordinatorActor(EndpointContext context, IRequestModel model, TrialPlan plan, RequestLog log)
    {
        (this.context, this.model, this.plan, this.log) = (context, model, plan, log);
        courier = new HopCourier(EndpointContext.Coordinator, context, Self, (message, _) => OnResult(message), incarnation: 1);
        Receive<SubmitRequest>(_ => Submit());
        Receive<StartWorkload>(_ => Start());
        Receive<HopMessage>(message =>
        {
            context.Transport.SendControl(EndpointContext.Coordinator, message.From, HopAcknowledged.Of(message, EndpointContext.Coordinator, 1));
            OnResult(message);
        });
        Receive<HopAcknowledged>(ack => courier.OnAcknowledged(ack));
        Receive<HopReleased>(release => courier.OnReleased(release));
        Receive<AcknowledgementOverdue>(overdue => courier.OnOverdue(overdue));
        Receive<HedgeDue>(due => courier.OnHedgeDue(due));
        Receive<PeerDown>(down => courier.OnPeerDown(down, 1));
        Receive<PeerDownDetected>(courier.OnPeerDownDetected);
        Receive<RequestFailed>(OnFailed);
        Receive<GatheringDue>(due =>
        {
            if (gatherings.TryGetValue(due.Hop, out Gathering? parts) && ReferenceEquals(parts, due.Gathering))
                OnGathered(due.Hop, parts);
        });
        Receive<PathsDue>(due => End(due.Request, RequestOutcome.Completed));
        Receive<DeadlineReached>(deadline => End(deadline.Request, RequestOutcome.DeadlineExceeded));
        Receive<HeartbeatAnswered>(answer => courier.Heartbeats?.OnAnswered(answer));
        Receive<HeartbeatDue>(due => courier.Heartbeats?.OnDue(due));
        Receive<HeartbeatMissed>(missed => courier.Heartbeats?.OnMissed(missed));
    }

    /// <summary>How to create one.</summary>
    public static Props Props(EndpointContext context, IRequestModel model, TrialPlan plan, RequestLog log) =>
        Akka.Actor.Props.Create(() => new CoordinatorActor(context, model, plan, log));

    private void Start()
    {
        if (plan.Arrivals is not { } schedule)
        {
            for (int i = 0; i < plan.Workload.Arrivals.Concurrency && i < plan.RequestCount(); i++)
                context.Clock.TellAt(Instant.Zero, Self, new SubmitRequest(i));
        }
        else if (plan.RequestCount() > 0)
        {
            context.Clock.TellAt(schedule.At(0), Self, new SubmitRequest(0));
        }
    }

    private void Submit()
    {
        if (nextRequest >= plan.RequestCount())
            return;
        int request = nextRequest++;
        if (plan.Arrivals is { } schedule && nextRequest < plan.RequestCount())
            context.Clock.TellAt(schedule.At(nextRequest), Self, new SubmitRequest(nextRequest));

        int[] images = plan.Images(request);
        PlannedRoute route = plan.Route(request);
        Instant now = context.Clock.Now, deadline = now + plan.Workload.Deadline;
        log.Submitted(request, plan.Workload.IsWarmUp(deadline));
        ITimerHandle timer = context.Clock.TellAfter(plan.Workload.Deadline, Self, new DeadlineReached(request));
        open.Add(request, new OpenRequest(images, route, now, timer, new RequestPaths(context.Routing.Redundancy)));
        var journey = new Journey
        {
            Request = request,
            Images = images.Length,
            Route = route.Order,
            Deadline = deadline,
            Activation = model.Embed(request, images),
            Parallel = context.Routing.Parallel,
        };
        for (int path = 0; path < (context.Routing.Redundancy?.Paths ?? 1); path++)
        {
            Journey own = journey with { Path = path, Branch = HopId.BranchOfPath(path) };
            if (journey.Parallel > 1)
                courier.ForwardToGroup(own, null);
            else
                courier.Forward(own, null);
        }
    }

    private void OnResult(HopMessage message)
    {
        Journey journey = message.Journey;
        if (!log.Receive(journey.NextHop))
            return; // a copy of a result that is here already
        if (journey.IsPart)
        {
            Gather(message);
            return;
        }

        if (journey.Parts == 1)
        {
            var alone = new Gathering(1);
            alone.Add(message, null);
            journey = alone.Merged();
        }

        OnResult(journey);
    }

    /// <summary>One of several parts of a result has come.</summary>
    private void Gather(HopMessage message)
    {
        Journey journey = message.Journey;
        HopId hop = journey.NextHop.Whole;
        if (!open.ContainsKey(journey.Request))
        {
            if (log.Receive(hop with { Part = int.MaxValue }))
                Superseded(journey.Request);
            return;
        }

        if (!gatherings.TryGetValue(hop, out Gathering? parts))
        {
            if (!log.Receive(hop with { Part = int.MaxValue }))
                return; // it went on without this one
            gatherings[hop] = parts = new Gathering(journey.Parts);
            if (courier.Patience() is { } patience)
                context.Clock.TellAfter(patience, Self, new GatheringDue(hop, parts));
        }

        parts.Add(message, null);
        if (parts.IsComplete)
            OnGathered(hop, parts);
    }

    private void OnGathered(HopId hop, Gathering parts)
    {
        gatherings.Remove(hop);
        OnResult(parts.Merged());
    }

    private void OnResult(Journey journey)
    {
        if (!open.TryGetValue(journey.Request, out OpenRequest? request))
        {
            Superseded(journey.Request);
            return;
        }

        if (context.Clock.Now > journey.Deadline)
            return;
        if (!request.Paths.Add(journey))
            Superseded(journey.Request); // of another branch of a journey that is back
        else if (request.Paths.IsComplete)
            End(journey.Request, RequestOutcome.Completed);
        else if (request.Paths.Arrived.Count == 1)
            request.Wait = context.Clock.TellAfter(context.Routing.Redundancy!.Wait, Self, new PathsDue(journey.Request));
    }

    private void Superseded(int request) => log.ResultsSuperseded += log.IsWarmUp(request) ? 0 : 1;

    private void OnFailed(RequestFailed failed)
    {
        if (!open.TryGetValue(failed.Hop.Request, out OpenRequest? request))
            return;
        request.Paths.Fail(failed.Path);
        if (request.Paths.IsComplete)
            End(failed.Hop.Request, RequestOutcome.Failed);
    }

    /// <summary>A request has its outcome: it completes whenever something has arrived of it.</summary>
    private void End(int request, RequestOutcome otherwise)
    {
        if (!open.Remove(request, out OpenRequest? ended))
            return; // it has its outcome
        courier.OnRequestEnded(request);
        if (gatherings.Count > 0)
        {
            foreach (HopId hop in gatherings.Keys.Where(hop => hop.Request == request).ToArray())
                gatherings.Remove(hop);
        }

        ended.Deadline.Cancel();
        ended.Wait?.Cancel();
        IReadOnlyList<Journey> arrived = ended.Paths.Arrived;
        Journey? journey = arrived.Count > 0 ? arrived[0] : null;
        RequestOutcome outcome = journey is null ? otherwise : RequestOutcome.Completed;
        Judgement? judged = arrived.Count switch
        {
            0 => null,
            1 => model.Judge(journey!.Activation, ended.Images),
            _ => model.JudgeMean([.. arrived.Select(one => one.Activation)], ended.Images),
        };
        model.Release(request);
        log.Add(new RequestRecord
        {
            Request = request,
            FirstImage = ended.Images[0],
            Images = ended.Images.Length,
            Correct = judged?.Correct,
            CorrectTop5 = judged?.CorrectTop5,
            Loss = judged?.Loss,
            NotFinite = judged?.NotFinite ?? 0,
            WarmUp = log.IsWarmUp(request),
            Unhealed = outcome != RequestOutcome.Completed && plan.Workload.HealAfter is { } heal && context.Clock.Now >= Instant.Zero + heal,
            Outcome = outcome,
            Submitted = ended.Submitted,
            Ended = context.Clock.Now,
            Latency = journey is null ? null : context.Clock.Now - ended.Submitted,
            Order = journey?.Executed,
            Skipped = journey?.Skipped,
            Pruned = ended.Route.Pruned,
            Retries = journey?.Retries,
            Hedges = journey?.Hedges,
        }, context.Clock.Now);
        if (plan.Arrivals is null && nextRequest < plan.RequestCount())
            context.Clock.TellAt(context.Clock.Now, Self, new SubmitRequest(nextRequest));
    }

    private sealed record OpenRequest(int[] Images, PlannedRoute Route, Instant Submitted, ITimerHandle Deadline, RequestPaths Paths)
    {
        /// <summary>Says when no other result is waited for any more; null while none has come.</summary>
        public ITimerHandle? Wait { get; set; }
    }
}
