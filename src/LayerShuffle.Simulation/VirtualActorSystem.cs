using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>An actor system whose dispatchers and scheduler run on a kernel's virtual time, all on the thread that drives it.</summary>
public sealed class VirtualActorSystem : IDisposable
{
    [ThreadStatic]
    private static VirtualKernel? kernelBeingBorn;

    /// <summary>Starts a system on a fresh kernel.</summary>
    public VirtualActorSystem()
    {
        Kernel = new VirtualKernel();
        kernelBeingBorn = Kernel; // Akka creates dispatcher and scheduler by reflection on this thread: this is how they find the kernel
        try
        {
            System = ActorSystem.Create("layershuffle", Configuration());
            _ = System.Dispatchers.DefaultGlobalDispatcher;
        }
        finally
        {
            kernelBeingBorn = null;
        }

        Kernel.Drain();
    }

    /// <summary>The kernel that owns its time.</summary>
    public VirtualKernel Kernel { get; }

    /// <summary>The actor system.</summary>
    public ActorSystem System { get; }

    internal static VirtualKernel KernelBeingBorn =>
        kernelBeingBorn ?? throw new InvalidOperationException("Virtual dispatchers and schedulers are created by VirtualActorSystem only.");

    /// <summary>Stops an actor with its children and waits for it.</summary>
    public void Stop(IActorRef actor)
    {
        System.Stop(actor);
        Kernel.Drain();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task terminated = System.Terminate();
        while (!terminated.IsCompleted)
        {
            Kernel.Step();
            terminated.Wait(TimeSpan.FromMilliseconds(1)); // coordinated shutdown runs on Akka's own tasks
        }
    }

    private static Config Configuration()
    {
        string dispatcher = typeof(VirtualDispatcherConfigurator).AssemblyQualifiedName!, scheduler = typeof(VirtualScheduler).AssemblyQualifiedName!;
        return ConfigurationFactory.ParseString($$"""
            akka {
              loggers = []
              stdout-loglevel = OFF
              loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              scheduler.implementation = "{{scheduler}}"
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              coordinated-shutdown.terminate-actor-system = on
              actor {
                default-dispatcher { type = "{{dispatcher}}", throughput = 1 }
                internal-dispatcher { type = "{{dispatcher}}", throughput = 1 }
              }
            }
            """);
    }
}

/// <summary>Hands out the one dispatcher of a virtual actor system. Akka creates it by name from the configuration.</summary>
public sealed class VirtualDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly VirtualDispatcher dispatcher;

    /// <summary>Called by Akka.</summary>
    public VirtualDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        dispatcher = new VirtualDispatcher(this, VirtualActorSystem.KernelBeingBorn);

    /// <inheritdoc/>
    public override MessageDispatcher Dispatcher() => dispatcher;
}

/// <summary>An Akka dispatcher that queues mailbox runs on the kernel instead of a thread pool.</summary>
internal sealed class VirtualDispatcher(MessageDispatcherConfigurator configurator, VirtualKernel kernel) : MessageDispatcher(configurator)
{
    protected override void ExecuteTask(IRunnable run) => kernel.Enqueue(run);

    protected override void Shutdown()
    {
    }
}

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
