namespace LayerShuffle.Cli.Tests.Terminal;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly List<(TimeSpan Due, Action Fire)> timers = [];
    private TimeSpan passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 9, 8, 5, 7, TimeSpan.Zero) + passed;

    public override long GetTimestamp() => passed.Ticks;

    public void Pass(double seconds)
    {
        passed += TimeSpan.FromSeconds(seconds);
        foreach ((TimeSpan due, Action fire) in timers.Where(timer => timer.Due <= passed).ToList())
            fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        timers.Add((passed + dueTime, () => callback(state)));
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
