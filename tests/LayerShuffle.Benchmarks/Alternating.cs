using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// Two ways of doing one thing, timed in turn in one process, so that both meet the same machine in the same mood: each pair of times gives a ratio, and what
/// counts is the ratios' median. Absolute times of a shared machine drift by a third; these ratios do not.
/// </summary>
internal sealed class Alternating
{
    private const int Resamples = 2000;
    private static readonly TimeProvider Time = TimeProvider.System;
    private readonly List<(double Measured, double Reference)> pairs = []; // seconds

    /// <summary>Ratios so far.</summary>
    public int Count => pairs.Count;

    /// <summary>Median of measured ÷ reference.</summary>
    public double Ratio => Median([.. pairs.Select(pair => pair.Measured / pair.Reference)]);

    /// <summary>Smallest and largest ratio.</summary>
    public (double Low, double High) Range => (pairs.Min(pair => pair.Measured / pair.Reference), pairs.Max(pair => pair.Measured / pair.Reference));

    /// <summary>Median time of what is measured, in seconds.</summary>
    public double MeasuredSeconds => Median([.. pairs.Select(pair => pair.Measured)]);

    /// <summary>Median time of what it is compared with, in seconds.</summary>
    public double ReferenceSeconds => Median([.. pairs.Select(pair => pair.Reference)]);

    /// <summary>A 95% bootstrap interval of the median ratio (percentiles; the resamples are drawn from a fixed seed).</summary>
    public (double Low, double High) Interval
    {
        get
        {
            double[] ratios = [.. pairs.Select(pair => pair.Measured / pair.Reference)], medians = new double[Resamples];
            RandomStream luck = SeedTree.Root(0).Child("bootstrap").Stream();
            var resample = new double[ratios.Length];
            for (int i = 0; i < Resamples; i++)
            {
                for (int j = 0; j < resample.Length; j++)
                    resample[j] = ratios[luck.Next(ratios.Length)];
                medians[i] = Median([.. resample]);
            }

            Array.Sort(medians);
            return (medians[(int)(0.025 * Resamples)], medians[(int)(0.975 * Resamples)]);
        }
    }

    /// <summary>A point in time, for <see cref="SecondsSince"/>.</summary>
    public static long Mark() => Time.GetTimestamp();

    /// <summary>Seconds since a mark.</summary>
    public static double SecondsSince(long mark) => Time.GetElapsedTime(mark).TotalSeconds;

    /// <summary>Times two actions in turn; who goes first changes every round, and the first round does not count.</summary>
    public static Alternating Of(int rounds, Action measured, Action reference)
    {
        var result = new Alternating();
        for (int round = 0; round <= rounds; round++)
        {
            double first = Seconds(round % 2 == 0 ? measured : reference), second = Seconds(round % 2 == 0 ? reference : measured);
            if (round > 0)
                result.Add(round % 2 == 0 ? first : second, round % 2 == 0 ? second : first);
        }

        return result;
    }

    /// <summary>Takes two times, in seconds, that were measured one right after the other.</summary>
    public void Add(double measured, double reference) => pairs.Add((measured, reference));

    private static double Seconds(Action action)
    {
        long mark = Mark();
        action();
        return SecondsSince(mark);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
