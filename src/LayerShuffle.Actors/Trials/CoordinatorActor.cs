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
        Receive<PeerDown>(down => courier.OnPeerDown(down, 1));
        Receive<PeerDownDetected>(courier.OnPeerDownDetected);
        Receive<RequestFailed>(failed => End(failed.Hop.Request, RequestOutcome.Failed, null));
        Receive<DeadlineReached>(deadline => End(deadline.Request, RequestOutcome.DeadlineExceeded, null));
    }

    /// <summary>How to create one.</summary>
    public static Props Props(EndpointContext context, IRequestModel model, TrialPlan plan, RequestLog log) =>
        Akka.Actor.Props.Create(() => new CoordinatorActor(context, model, plan, log));

    private void Start()
    {
        if (plan.Arrivals is not { } schedule)
        {
            for (int i = 0; i < plan.Workload.Arrivals.Concurrency && i < plan.RequestCount; i++)
                context.Clock.TellAt(Instant.Zero, Self, new SubmitRequest(i));
        }
        else if (plan.RequestCount > 0)
        {
            context.Clock.TellAt(schedule.At(0), Self, new SubmitRequest(0));
        }
    }

    private void Submit()
    {
        if (nextRequest >= plan.RequestCount)
            return;
        int request = nextRequest++;
        if (plan.Arrivals is { } schedule && nextRequest < plan.RequestCount)
            context.Clock.TellAt(schedule.At(nextRequest), Self, new SubmitRequest(nextRequest));

        int[] images = plan.Images(request);
        PlannedRoute route = plan.Routes.Plan(request);
        Instant now = context.Clock.Now, deadline = now + plan.Workload.Deadline;
        log.Submitted(request, plan.Workload.IsWarmUp(deadline));
        ITimerHandle timer = context.Clock.TellAfter(plan.Workload.Deadline, Self, new DeadlineReached(request));
        open.Add(request, new OpenRequest(images, route, now, timer));
        courier.Forward(
            new Journey
            {
                Request = request,
                Images = images.Length,
                Route = route.Order,
                Deadline = deadline,
                Activation = model.Embed(request, images),
            },
            null);
    }

    private void OnResult(HopMessage message)
    {
        Journey journey = message.Journey;
        if (!log.Receive(journey.NextHop))
            return; // a copy of a result that is here already
        if (!open.ContainsKey(journey.Request))
            log.ResultsSuperseded += log.IsWarmUp(journey.Request) ? 0 : 1;
        else if (context.Clock.Now <= journey.Deadline)
            End(journey.Request, RequestOutcome.Completed, journey);
    }

    private void End(int request, RequestOutcome outcome, Journey? journey)
    {
        if (!open.Remove(request, out OpenRequest? ended))
            return; // it has its outcome
        courier.OnRequestEnded(request);
        ended.Deadline.Cancel();
        Judgement? judged = journey is null ? null : model.Judge(journey.Activation, ended.Images);
        model.Release(request);
        log.Add(new RequestRecord
        {
            Request = request,
            FirstImage = ended.Images[0],
            Images = ended.Images.Length,
            Correct = judged?.Correct,
            CorrectTop5 = judged?.CorrectTop5,
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
        }, context.Clock.Now);
        if (plan.Arrivals is null && nextRequest < plan.RequestCount)
            context.Clock.TellAt(context.Clock.Now, Self, new SubmitRequest(nextRequest));
    }

    private sealed record OpenRequest(int[] Images, PlannedRoute Route, Instant Submitted, ITimerHandle Deadline);
}
