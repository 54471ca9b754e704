using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>Settings of a phi-accrual failure detector.</summary>
/// <param name="Threshold">Who is suspected as strongly as that counts as dead: phi is −log10 of the probability that a heartbeat comes later still.</param>
/// <param name="Heartbeat">How often a node is asked whether it lives.</param>
/// <param name="AcceptablePause">So much longer than usual is nothing to be suspicious of.</param>
/// <param name="MostSamples">How many of the last intervals count.</param>
/// <param name="LeastDeviation">Intervals are taken to vary by so much at least.</param>
public sealed record PhiSpec(double Threshold, Duration Heartbeat, Duration AcceptablePause, int MostSamples, Duration LeastDeviation)
{
    /// <summary>Akka's own settings for a cluster.</summary>
    public static PhiSpec Default { get; } = new(8, Duration.FromSeconds(1), Duration.FromSeconds(3), 1000, Duration.FromMilliseconds(100));
}

/// <summary>
/// What one watcher makes of one node's heartbeats: Hayashibara et al.'s phi-accrual detector in the arithmetic of Akka's. Intervals are taken to be normally
/// distributed; phi grows with the time since the last heartbeat, and the logistic approximation of the normal distribution can be solved for the instant at
/// which it reaches the threshold, so that nobody has to look again and again.
/// </summary>
public sealed class PhiAccrual
{
    private readonly PhiSpec spec;
    private readonly double deviations; // how many standard deviations beyond the mean phi reaches the threshold
    private readonly Queue<long> intervals = new();
    private Int128 sum, squares;
    private Instant last;

    /// <summary>A detector that begins to watch: as if a heartbeat had come just now, and two before it a quarter of an interval early and late.</summary>
    public PhiAccrual(PhiSpec spec, Instant now)
    {
        this.spec = spec;
        deviations = Deviations(spec.Threshold);
        last = now;
        long quarter = spec.Heartbeat.Nanoseconds / 4;
        Remember(spec.Heartbeat.Nanoseconds - quarter);
        Remember(spec.Heartbeat.Nanoseconds + quarter);
    }

    /// <summary>When the node is suspected if no heartbeat comes.</summary>
    public Instant SuspectedAt
    {
        get
        {
            double mean = (double)sum / intervals.Count, variance = ((double)squares / intervals.Count) - (mean * mean);
            double deviation = Math.Max(Math.Sqrt(Math.Max(0, variance)), spec.LeastDeviation.Nanoseconds);
            double after = mean + spec.AcceptablePause.Nanoseconds + (deviations * deviation);
            return last + new Duration((long)Math.Round(Math.Max(0, after)));
        }
    }

    /// <summary>A heartbeat has come. The first one after the node was suspected says nothing of usual intervals.</summary>
    public void Heard(Instant now)
    {
        if (now < SuspectedAt)
            Remember((now - last).Nanoseconds);
        last = now;
    }

    /// <summary>
    /// Phi of a time that is so many standard deviations beyond the mean: −log10 of 1 − F, with F(y) = 1 / (1 + e^−y(1.5976 + 0.070566 y²)).
    /// </summary>
    public static double Phi(double deviations)
    {
        double a = deviations * (1.5976 + (0.070566 * deviations * deviations));
        return (Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs(a)))) / Math.Log(10);
    }

    /// <summary>How many standard deviations beyond the mean phi is so great: it grows strictly, so bisection finds it.</summary>
    private static double Deviations(double threshold)
    {
        double low = -100, high = 100;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Phi(middle) < threshold ? (middle, high) : (low, middle);
        }

        return high;
    }

    private void Remember(long interval)
    {
        if (intervals.Count == Math.Max(2, spec.MostSamples))
        {
            long oldest = intervals.Dequeue();
            sum -= oldest;
            squares -= (Int128)oldest * oldest;
        }

        intervals.Enqueue(interval);
        sum += interval;
        squares += (Int128)interval * interval;
    }
}
