using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Runs.Reliabilities;

/// <summary>
/// Weighs answers by the probabilities of the sets that lead to them. Intervals take requests as units, as they do everywhere; where sets were drawn, the
/// variance of the draws is added.
/// </summary>
/// <param name="cluster">The nodes and domains.</param>
/// <param name="placement">Who hosts what.</param>
/// <param name="reliability">How likely they are to be up.</param>
/// <param name="sets">The sets.</param>
/// <param name="answers">What requests are answered where the same layers are missing.</param>
/// <param name="answerOf">By set: which of the answers are its.</param>
/// <param name="images">Images of each request.</param>
/// <param name="computes">Whether there is a model.</param>
internal sealed class ReliabilityWeights(ClusterSpec cluster, Placement placement, ReliabilitySpec reliability, IReadOnlyList<DeadSet> sets,
    SetAnswers[] answers, int[] answerOf, int[] images, bool computes)
{
    private readonly long all = images.Sum(count => (long)count);
    private readonly long[] correct = [.. answers.Select(answer => answer.Correct.Sum(count => (long)count))];

    /// <summary>The record of it all.</summary>
    /// <param name="hosts">By set and layer: who serves it, -1 for nobody.</param>
    public ReliabilityRecord Record(int[][] hosts)
    {
        double[] weights = ByAnswer(_ => true);
        double[] expected = Expected(weights);
        double completion = weights.Zip(answers, (weight, answer) => weight * Completion(answer)).Sum();
        double requests = Sum(weights, (answer, request) => answer.Executed[request] >= 0 ? 1 : 0);
        double completed = Sum(weights, (answer, request) => answer.Executed[request] >= 0 ? images[request] : 0);
        Interval interval = Widened(Intervals.Ratio(images.Select((count, request) => (expected[request], (double)count))), Draws(_ => true));
        var accuracy = new ExpectedAccuracy(computes ? expected.Sum() / all : null, computes ? interval.Low : null, computes ? interval.High : null,
            images.Length, completion, reliability.IsExact);
        return new(
            [.. sets.Select((set, i) => new ReliabilitySet(set.Down, set.NodesDown, set.Probability, computes ? (double)correct[answerOf[i]] / all : null,
                Completion(answers[answerOf[i]]), hosts[i].Count(host => host < 0)))],
            accuracy, Importance(hosts),
            requests > 0 ? Sum(weights, (answer, request) => Math.Max(0, answer.Executed[request])) / requests : null,
            requests > 0 ? Sum(weights, (answer, request) => answer.Skipped[request]) / requests : null,
            computes ? Sum(weights, (answer, request) => answer.CorrectTop5[request]) / all : null,
            computes && completed > 0 ? expected.Sum() / completed : null,
            sets.Sum(set => set.Probability * (cluster.Nodes.Count - set.NodesDown)) / cluster.Nodes.Count,
            Loss(weights));
    }

    /// <summary>The expected loss of an image that is answered; null where none is.</summary>
    private double? Loss(double[] weights)
    {
        double loss = 0, answered = 0;
        for (int answer = 0; answer < answers.Length; answer++)
        {
            for (int request = 0; weights[answer] > 0 && request < images.Length; request++)
            {
                if (answers[answer].Loss[request] is { } mean)
                    (loss, answered) = (loss + (weights[answer] * mean * images[request]), answered + (weights[answer] * images[request]));
            }
        }

        return answered > 0 ? loss / answered : null;
    }

    private List<Importance> Importance(int[][] hosts)
    {
        List<Importance> all = [];
        foreach (ReliabilityUnit unit in reliability.Units.Where(unit => unit.IsDomain))
            all.Add(Importance("domain", unit.Name, set => !sets[set].Down.Contains(unit.Name)));
        for (int node = 0; node < cluster.Nodes.Count; node++)
        {
            int endpoint = node + 1;
            all.Add(Importance("node", cluster.Nodes[node].Name, set => !sets[set].DeadNodes[endpoint]));
        }

        for (int layer = 0; layer < placement.Layers; layer++)
        {
            int id = layer;
            all.Add(Importance("layer", id.ToString(System.Globalization.CultureInfo.InvariantCulture), set => hosts[set][id] >= 0));
        }

        return all;
    }

    /// <summary>Both expectations, and the interval of their difference, paired by request.</summary>
    private Importance Importance(string kind, string target, Func<int, bool> isUp)
    {
        double[] up = ByAnswer(isUp), down = ByAnswer(set => !isUp(set));
        (double share, double rest) = (up.Sum(), down.Sum());
        double[] whereUp = Expected(up), whereDown = Expected(down);
        double? Of(double[] expected, double weight) => computes && weight > 0 ? expected.Sum() / weight / all : null;
        Interval interval = default;
        if (computes && share > 0 && rest > 0)
            interval = Widened(Intervals.Ratio(images.Select((count, request) => (whereUp[request] / share - whereDown[request] / rest, (double)count))),
                Math.Sqrt(Square(Draws(isUp)) + Square(Draws(set => !isUp(set)))));
        return new(kind, target, share, Of(whereUp, share), Of(whereDown, rest), interval.Low, interval.High);
    }

    /// <summary>The weight of each answer over some of the sets.</summary>
    private double[] ByAnswer(Func<int, bool> counts)
    {
        var weights = new double[answers.Length];
        for (int set = 0; set < sets.Count; set++)
        {
            if (counts(set))
                weights[answerOf[set]] += sets[set].Probability;
        }

        return weights;
    }

    /// <summary>By request: right answers, weighed.</summary>
    private double[] Expected(double[] weights)
    {
        var expected = new double[images.Length];
        for (int answer = 0; answer < answers.Length; answer++)
        {
            for (int request = 0; weights[answer] > 0 && request < expected.Length; request++)
                expected[request] += weights[answer] * answers[answer].Correct[request];
        }

        return expected;
    }

    private double Sum(double[] weights, Func<SetAnswers, int, int> count) =>
        answers.Select((answer, i) => weights[i] * images.Select((_, request) => (long)count(answer, request)).Sum()).Sum();

    private static double Completion(SetAnswers answer) => answer.Executed.Count(executed => executed >= 0) / (double)answer.Executed.Length;

    /// <summary>Half of the interval that the draws of some sets alone give the mean accuracy over them; 0 where sets were not drawn.</summary>
    private double Draws(Func<int, bool> counts)
    {
        if (reliability.IsExact)
            return 0;
        double[] weights = ByAnswer(counts);
        double share = weights.Sum(), draws = Math.Round(share * ReliabilitySpec.Draws);
        if (draws < 2)
            return double.PositiveInfinity; // one draw tells nothing of others
        double mean = weights.Select((weight, i) => weight * correct[i]).Sum() / share / all;
        double variance = weights.Select((weight, i) => weight * Square(((double)correct[i] / all) - mean)).Sum() / share * draws / (draws - 1);
        return Intervals.HalfOfMean(Math.Sqrt(variance), (long)draws);
    }

    private static Interval Widened(Interval interval, double half)
    {
        if (interval is not { Low: { } low, High: { } high } || half == 0)
            return interval;
        if (double.IsInfinity(half))
            return interval with { Low = null, High = null };
        double middle = (low + high) / 2, wide = Math.Sqrt(Square((high - low) / 2) + Square(half));
        return interval with { Low = middle - wide, High = middle + wide };
    }

    private static double Square(double value) => value * value;
}
