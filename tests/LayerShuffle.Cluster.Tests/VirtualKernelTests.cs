using Akka.Actor;
using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests;

public class VirtualKernelTests
{
    [Fact]
    public void Events_at_one_instant_fire_by_kind_then_sequence()
    {
        var kernel = new VirtualKernel();
        var fired = new List<string>();
        var at = new Instant(5);
        kernel.Schedule(at, EventKind.Arrival, _ => fired.Add("arrival"));
        kernel.Schedule(at, EventKind.Timer, _ => fired.Add("timer-1"));
        kernel.Schedule(at, EventKind.Timer, _ => fired.Add("timer-2"));
        kernel.Schedule(at, EventKind.ComputeEnd, _ => fired.Add("compute"));
        kernel.Schedule(at, EventKind.Delivery, _ => fired.Add("delivery"));
        kernel.Schedule(at, EventKind.Fault, _ => fired.Add("fault"));
        kernel.Schedule(new Instant(4), EventKind.Arrival, _ => fired.Add("earlier"));
        while (kernel.Step())
        {
        }

        fired.ShouldBe(["earlier", "fault", "delivery", "compute", "timer-1", "timer-2", "arrival"]);
        kernel.Now.ShouldBe(at);
    }

    [Fact]
    public void A_cancelled_event_does_not_fire_nor_move_time()
    {
        var kernel = new VirtualKernel();
        kernel.Schedule(new Instant(7), EventKind.Timer, _ => throw new InvalidOperationException()).Cancel();
        kernel.Step().ShouldBeFalse();
        kernel.Now.ShouldBe(Instant.Zero);
    }

    [Fact]
    public void Actor_timers_run_in_virtual_time_on_the_callers_thread()
    {
        using var virtualSystem = new VirtualActorSystem();
        var seen = new List<(double Ms, int Thread)>();
        virtualSystem.System.ActorOf(Props.Create(() => new Ticker(virtualSystem.Kernel, seen)), "ticker");
        virtualSystem.Kernel.RunUntil(() => seen.Count == 3).ShouldBeTrue();
        seen.Select(s => s.Ms).ShouldBe([3_600_000.0, 7_200_000.0, 10_800_000.0]);
        seen.ShouldAllBe(s => s.Thread == Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void What_other_threads_schedule_while_time_moves_happens_on_the_callers_thread()
    {
        const int each = 50_000;
        using var virtualSystem = new VirtualActorSystem();
        IActionScheduler scheduler = virtualSystem.System.Scheduler.Advanced;
        int fired = 0, elsewhere = 0, own = Environment.CurrentManagedThreadId;
        Action count = () =>
        {
            fired++;
            elsewhere += Environment.CurrentManagedThreadId == own ? 0 : 1;
        };
        using var begun = new Barrier(2);
        var other = new Thread(() => // as Akka's own tasks do while a system ends
        {
            begun.SignalAndWait();
            for (int i = 0; i < each; i++)
                scheduler.ScheduleOnce(TimeSpan.FromMilliseconds(i % 7), count);
        });
        other.Start();
        begun.SignalAndWait();
        for (int i = 0; i < each; i++)
        {
            scheduler.ScheduleOnce(TimeSpan.FromMilliseconds(i % 5), count);
            virtualSystem.Kernel.Step();
        }

        other.Join(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        while (virtualSystem.Kernel.Step())
        {
        }

        fired.ShouldBe(2 * each);
        elsewhere.ShouldBe(0);
    }

    private sealed class Ticker : ReceiveActor, IWithTimers
    {
        public Ticker(VirtualKernel kernel, List<(double Ms, int Thread)> seen) =>
            Receive<string>(_ => seen.Add((kernel.Now.TotalMilliseconds, Environment.CurrentManagedThreadId)));

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("tick", "tick", TimeSpan.FromHours(1));
    }
}
