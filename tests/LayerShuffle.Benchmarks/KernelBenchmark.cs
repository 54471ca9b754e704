using Akka.Actor;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;

namespace LayerShuffle.Benchmarks;

/// <summary>Timers that schedule themselves again: on the kernel alone, and delivered to actors, against a loop around a priority queue.</summary>
internal static class KernelBenchmark
{
    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        int events = options.Pick(1_000_000, 20_000), rounds = options.Pick(11, 2);
        var table = new MarkdownTable("", "events/s", "queue alone, events/s", "ratio", "95% of the median", "pairs");
        foreach (int timers in new[] { 12, 1000 })
        {
            Add(table, $"kernel, {timers} timers", events, Alternating.Of(rounds, () => Kernel(timers, events), () => Queue(timers, events)));
            using var system = new VirtualActorSystem();
            Add(table, $"kernel and actors, {timers} timers", events,
                Alternating.Of(rounds, () => Actors(system, timers, events), () => Queue(timers, events)));
        }

        table.Print(output);
    }

    private static void Add(MarkdownTable table, string what, int events, Alternating times) => table.Add(
        what, $"{events / times.MeasuredSeconds:N0}", $"{events / times.ReferenceSeconds:N0}", $"{1 / times.Ratio:0.000}",
            $"{1 / times.Interval.High:0.000} … {1 / times.Interval.Low:0.000}", times.Count);

    private static RandomStream Luck() => SeedTree.Root(1).Child("delays").Stream();

    private static void Queue(int timers, int events)
    {
        RandomStream luck = Luck();
        var queue = new PriorityQueue<int, (long Time, long Sequence)>();
        long sequence = 0;
        for (int timer = 0; timer < timers; timer++)
            queue.Enqueue(timer, (luck.Next(1_000_000), sequence++));
        for (int fired = 0; fired < events && queue.TryDequeue(out int timer, out (long Time, long Sequence) due); fired++)
            queue.Enqueue(timer, (due.Time + luck.Next(1_000_000), sequence++));
    }

    private static void Kernel(int timers, int events)
    {
        RandomStream luck = Luck();
        var kernel = new VirtualKernel();
        int fired = 0;
        Action<object?> fire = null!;
        fire = _ =>
        {
            fired++;
            kernel.Schedule(kernel.Now + new Duration(luck.Next(1_000_000)), EventKind.Timer, fire);
        };
        for (int timer = 0; timer < timers; timer++)
            kernel.Schedule(new Instant(luck.Next(1_000_000)), EventKind.Timer, fire);
        kernel.RunUntil(() => fired >= events);
    }

    private static void Actors(VirtualActorSystem system, int timers, int events)
    {
        RandomStream luck = Luck();
        VirtualKernel kernel = system.Kernel;
        kernel.Reset();
        int fired = 0;
        Action<IActorRef> again = self =>
        {
            fired++;
            kernel.Schedule(kernel.Now + new Duration(luck.Next(1_000_000)), EventKind.Timer, Tell, self);
        };
        IActorRef[] actors = [.. Enumerable.Range(0, timers).Select(_ => system.System.ActorOf(Props.Create(() => new TimerActor(again))))];
        foreach (IActorRef actor in actors)
            kernel.Schedule(new Instant(luck.Next(1_000_000)), EventKind.Timer, Tell, actor);
        kernel.RunUntil(() => fired >= events);
        foreach (IActorRef actor in actors)
            system.Stop(actor);
    }

    private static void Tell(object? actor) => ((IActorRef)actor!).Tell(TimerActor.Tick);
}
