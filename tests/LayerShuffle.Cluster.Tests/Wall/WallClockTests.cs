using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>The clock of a trial whose zero is not known from the beginning.</summary>
public sealed class WallClockTests
{
    [Fact]
    public async Task Timers_set_before_the_zero_is_known_run_at_their_times_after_it_and_cancelled_ones_never()
    {
        using var timer = new PreciseTimer(TimeProvider.System);
        var clock = new WallClock(timer);
        var fired = new TaskCompletionSource<Instant>(TaskCreationOptions.RunContinuationsAsynchronously);
        int wrong = 0;
        ITimerHandle called = clock.At(new Instant(1_000_000), () => wrong++), calledLater = clock.At(new Instant(4_000_000), () => wrong++);
        clock.At(new Instant(5_000_000), () => fired.TrySetResult(clock.Now));
        called.Cancel();
        clock.Now.ShouldBe(Instant.Zero);
        fired.Task.IsCompleted.ShouldBeFalse();

        clock.Begin(timer.Now + 20_000_000);
        calledLater.Cancel();

        (await fired.Task.WaitAsync(ClusterPair.Patience, TestContext.Current.CancellationToken)).ShouldBeGreaterThanOrEqualTo(new Instant(5_000_000));
        wrong.ShouldBe(0); // both were due before, on the same thread
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        clock.At(clock.Now, again.SetResult);
        await again.Task.WaitAsync(ClusterPair.Patience, TestContext.Current.CancellationToken);
    }
}
