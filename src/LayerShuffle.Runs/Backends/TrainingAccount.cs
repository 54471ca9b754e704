using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Results.Recoveries;

namespace LayerShuffle.Runs.Backends;

/// <summary>
/// What a training loses to hosts that go down: steps and their times, outages, and how long the loss takes to be what it was. Told from any thread.
/// </summary>
/// <param name="time">The clock. What it tells reaches recovery.csv as times of a training, which real processes never repeat.</param>
internal sealed class TrainingAccount(TimeProvider time)
{
    /// <summary>The loss before an outage, and after it, is the mean over so many steps, or over as many as there were.</summary>
    public const int LossSteps = 10;

    private readonly Lock gate = new();
    private readonly long begin = time.GetTimestamp();
    private readonly List<(Instant At, int Amount)> steps = [];
    private readonly List<double> losses = [];
    private readonly List<Open> outages = [];
    private long repeated;

    private Instant Now => Instant.Zero + Duration.FromTimeSpan(time.GetElapsedTime(begin));

    /// <summary>A node is going down, or has.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="fault">The fault that takes it down; blank where none does, or where that was told before.</param>
    public void Down(string node, IReadOnlyList<int> layers, string fault)
    {
        lock (gate)
        {
            if (layers.Count > 0 && !outages.Any(one => one.Node == node && one.Serving is null))
                outages.Add(new Open(node, fault, Now, [.. layers], steps.Count));
        }
    }

    /// <summary>The trainer is told that layers are lost.</summary>
    public void Noticed(IReadOnlyList<int> layers)
    {
        lock (gate)
        {
            foreach (Open one in outages.Where(one => one.Layers.Overlaps(layers)))
                one.Detected ??= Now;
        }
    }

    /// <summary>A layer is hosted again, or stays away.</summary>
    public void Restored(LayerRestoration restoration)
    {
        if (!restoration.Hosted)
            return;
        lock (gate)
        {
            foreach (Open one in outages.Where(one => one.Serving is null && one.Layers.Remove(restoration.Layer)))
            {
                one.StepsLost = Math.Max(one.StepsLost, restoration.Age);
                if (one.Layers.Count == 0)
                    (one.Serving, one.StepsAtServing) = (Now, steps.Count);
            }
        }
    }

    /// <summary>An attempt at a step was abandoned.</summary>
    public void Repeated()
    {
        lock (gate)
        {
            repeated++;
            foreach (Open one in outages.Where(one => one.StepsAtServing is null || one.StepsAtServing == steps.Count))
                one.StepsRepeated++;
        }
    }

    /// <summary>A step is done.</summary>
    public void Step(double loss)
    {
        lock (gate)
        {
            steps.Add((Now, 1));
            losses.Add(loss);
        }
    }

    /// <summary>What it comes to.</summary>
    /// <param name="imagesPerStep">Images of a step.</param>
    public TrainingTally Close(double imagesPerStep)
    {
        lock (gate)
        {
            var throughput = new Throughput([.. steps], Instant.Zero);
            return Tally([.. outages.Select(one => new OutageRecord(one.Fault, one.Node, one.At, one.Detected, one.Serving)
                {
                    Recovered = throughput.Back(one.At),
                    StepsLost = one.StepsLost,
                    StepsRepeated = one.StepsRepeated,
                    StepsToRegain = one.StepsAtServing is { } back ? Regained(losses, one.StepsBefore, back) : null,
                })], [.. steps.Select(step => step.At)], Now, imagesPerStep, repeated);
        }
    }

    /// <summary>What a training comes to.</summary>
    /// <param name="outages">Its outages.</param>
    /// <param name="steps">When each step was done.</param>
    /// <param name="end">When it ended.</param>
    /// <param name="imagesPerStep">Images of a step.</param>
    /// <param name="repeated">Attempts that were abandoned.</param>
    public static TrainingTally Tally(IReadOnlyList<OutageRecord> outages, IReadOnlyList<Instant> steps, Instant end, double imagesPerStep, long repeated)
    {
        double seconds = end.TotalSeconds;
        double[] took = [.. steps.Select((at, i) => (at - (i == 0 ? Instant.Zero : steps[i - 1])).TotalSeconds).Order()];
        double usual = took.Length > 0 ? took[took.Length / 2] : 0;
        return new TrainingTally(outages, seconds > 0 ? steps.Count * imagesPerStep / seconds : null,
            seconds > 0 ? Math.Min(1, steps.Count * usual / seconds) : null, repeated);
    }

    /// <summary>Steps from one on until the mean loss of the last few of them is what it was before another; null if it never is.</summary>
    /// <param name="losses">The losses.</param>
    /// <param name="before">Steps done when it was what it is to be again.</param>
    /// <param name="from">Steps done when counting begins.</param>
    public static int? Regained(IReadOnlyList<double> losses, int before, int from)
    {
        int window = Math.Min(LossSteps, before);
        if (window == 0)
            return null;
        double was = losses.Skip(before - window).Take(window).Average();
        for (int count = window; from + count <= losses.Count; count++)
        {
            if (losses.Skip(from + count - window).Take(window).Average() <= was * (1 + 1e-12))
                return count;
        }

        return null;
    }

    private sealed class Open(string node, string fault, Instant at, HashSet<int> layers, int stepsBefore)
    {
        public string Node => node;

        public string Fault => fault;

        public Instant At => at;

        /// <summary>Those that are not hosted again.</summary>
        public HashSet<int> Layers => layers;

        public int StepsBefore => stepsBefore;

        public Instant? Detected { get; set; }

        public Instant? Serving { get; set; }

        public int? StepsAtServing { get; set; }

        public int StepsLost { get; set; }

        public int StepsRepeated { get; set; }
    }
}

/// <summary>What a training came to.</summary>
/// <param name="Outages">Its outages.</param>
/// <param name="GoodputImagesPerS">Images of the steps that were done ÷ the time from its beginning to its end; null without time.</param>
/// <param name="EffectiveTimeRatio">Steps that were done · the median time from one to the next ÷ that time: 1 where nothing but steps took time.</param>
/// <param name="StepsRepeated">Attempts at steps that were abandoned.</param>
internal sealed record TrainingTally(IReadOnlyList<OutageRecord> Outages, double? GoodputImagesPerS, double? EffectiveTimeRatio, long StepsRepeated);
