using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>Akka's scheduler on virtual time, so that <c>IWithTimers</c>, receive timeouts and the like run on the kernel's clock.</summary>
public sealed class VirtualScheduler : SchedulerBase
{
    private readonly VirtualKernel kernel;

    /// <summary>Called by Akka.</summary>
    public VirtualScheduler(Config config, ILoggingAdapter log)
        : base(config, log) =>
        kernel = VirtualActorSystem.KernelBeingBorn;

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => new Duration(kernel.Now.Nanoseconds).ToTimeSpan();

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.UnixEpoch + MonotonicClock;

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Once(delay, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Once(delay, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Once(delay, action.Run, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action.Run, cancelable);

    private void Once(TimeSpan delay, Action action, ICancelable? cancelable)
    {
        if (cancelable?.IsCancellationRequested == true)
            return;
        if (!kernel.IsDriver)
        {
            kernel.Enqueue(new ActionRunnable(() => Once(delay, action, cancelable))); // Akka's own tasks, while a system ends
            return;
        }

        kernel.Schedule(kernel.Now + Duration.FromTimeSpan(delay), EventKind.Timer, _ =>
        {
            if (cancelable?.IsCancellationRequested != true)
                action();
        });
    }

    private void Repeatedly(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Once(delay, () =>
        {
            action();
            Repeatedly(interval, interval, action, cancelable);
        }, cancelable);
}
