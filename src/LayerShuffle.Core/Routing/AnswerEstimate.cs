using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>
/// How soon one sender expects one endpoint to be done with a hop that it sends there now, from what it saw itself: how long acknowledgements took, how long
/// the endpoint kept what it had acknowledged, and how much waited there when it last acknowledged. What is not known counts as no time, so that it is tried
/// once. What was seen fades, so that who was slow once is tried again: after ten seconds without news it counts for 1/e of its time, after a minute for
/// hardly anything.
/// </summary>
public sealed class AnswerEstimate
{
    private Seen acknowledged, kept;
    private double queue; // hops there when it last acknowledged one, that one included
    private Instant queueAt;

    /// <summary>Hops that were sent there and are not acknowledged yet.</summary>
    public int Pending { get; set; }

    /// <summary>An acknowledgement came.</summary>
    /// <param name="took">How long after its hop was sent.</param>
    /// <param name="ahead">How many hops waited or were computed there when it arrived; null: not told.</param>
    /// <param name="now">The present.</param>
    public void Acknowledged(Duration took, int? ahead, Instant now)
    {
        acknowledged.Observe(took.Nanoseconds, now);
        (queue, queueAt) = ((ahead ?? 0) + 1, now);
    }

    /// <summary>None came for so long.</summary>
    public void Missed(Duration waited, Instant now) => acknowledged.AtLeast(waited.Nanoseconds, now);

    /// <summary>What was acknowledged is done with: another endpoint has what came of it.</summary>
    /// <param name="took">How long after it was acknowledged.</param>
    /// <param name="ahead">How many hops were before it.</param>
    /// <param name="now">The present.</param>
    public void Released(Duration took, int ahead, Instant now) => kept.Observe(took.Nanoseconds / (double)(ahead + 1), now);

    /// <summary>Nanoseconds until a hop that is sent now is expected to be done.</summary>
    public double Expected(Instant now)
    {
        double each = kept.Value(now);
        double waiting = each == 0 ? 0 : Math.Max(0, queue - ((now - queueAt).Nanoseconds / each));
        return acknowledged.Value(now) + (each * (waiting + Pending + 1));
    }

    /// <summary>A mean that leans on the last few values, and fades while none comes.</summary>
    private struct Seen
    {
        private const double Gain = 0.125, FadesInNanoseconds = 10e9;
        private double mean;
        private Instant last;
        private bool any;

        public readonly double Value(Instant now) => any ? mean * Math.Exp(-(now - last).Nanoseconds / FadesInNanoseconds) : 0;

        public void Observe(double value, Instant now)
        {
            double gain = any ? Math.Max(Gain, 1 - Math.Exp(-(now - last).Nanoseconds / FadesInNanoseconds)) : 1;
            (mean, last, any) = (mean + (gain * (value - mean)), now, true);
        }

        public void AtLeast(double value, Instant now) => (mean, last, any) = (Math.Max(Value(now), value), now, true);
    }
}
