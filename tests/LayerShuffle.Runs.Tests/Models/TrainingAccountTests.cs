using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Runs.Backends;

namespace LayerShuffle.Runs.Tests.Models;

/// <summary>What a training loses to an outage, by hand: ten steps a second whose loss falls by 1 a step.</summary>
public sealed class TrainingAccountTests
{
    private readonly Watch watch = new();

    [Fact]
    public void An_outage_costs_steps_and_time_and_loss()
    {
        var account = new TrainingAccount(watch);
        for (int step = 0; step < 20; step++)
            Step(account, 100 - step); // the last ten: 90, …, 81
        account.Down("node-2", [1, 5], "outage");
        account.Down("node-2", [1, 5], ""); // the worker's end, which the fault has told already
        watch.Pass(50);
        account.Noticed([1, 5]);
        account.Repeated();
        watch.Pass(450);
        account.Restored(new LayerRestoration(1, 20, 16, true));
        account.Restored(new LayerRestoration(5, 20, 18, true));
        Step(account, 120);
        for (int step = 0; step < 24; step++)
            Step(account, 100 - step); // 91, …, 82 are not better on average than 90, …, 81: 90, …, 81 are, after 1 + 20 steps
        TrainingTally tally = account.Close(imagesPerStep: 8);

        OutageRecord outage = tally.Outages.ShouldHaveSingleItem();
        (outage.Fault, outage.Target, outage.StepsLost, outage.StepsRepeated, outage.StepsToRegain).ShouldBe(("outage", "node-2", 4, 1, 21));
        (outage.Down.TotalMilliseconds, outage.Detected!.Value.TotalMilliseconds, outage.Serving!.Value.TotalMilliseconds).ShouldBe((2000, 2050, 2500));
        outage.Recovered.ShouldNotBeNull().TotalMilliseconds.ShouldBe(2600); // the first step from which on a second has ten
        (outage.RequestsHit, outage.Top1During).ShouldBe((null, null));
        // 45 steps of 100 ms in 5 s: nine tenths of the time.
        tally.EffectiveTimeRatio.ShouldNotBeNull().ShouldBe(0.9, 1e-9);
        tally.GoodputImagesPerS.ShouldNotBeNull().ShouldBe(45 * 8 / 5.0, 1e-9);
        tally.StepsRepeated.ShouldBe(1);
    }

    [Fact]
    public void A_node_without_layers_costs_nothing_and_one_that_stays_away_does_not_come_back()
    {
        var account = new TrainingAccount(watch);
        Step(account, 1);
        account.Down("idle", [], "outage");
        account.Down("gone", [3], "");
        account.Restored(new LayerRestoration(3, 1, 0, false));
        Step(account, 1);
        OutageRecord outage = account.Close(1).Outages.ShouldHaveSingleItem();
        (outage.Target, outage.Fault, outage.Serving, outage.StepsToRegain).ShouldBe(("gone", "", null, null));
    }

    private void Step(TrainingAccount account, double loss)
    {
        watch.Pass(100);
        account.Step(loss);
    }

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class Watch : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => now;

        public void Pass(long milliseconds) => now += milliseconds;
    }
}
