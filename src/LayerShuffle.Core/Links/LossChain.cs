namespace LayerShuffle.Core.Links;

/// <summary>Ways in which losses depend on those before, named as tc-netem(8) names them.</summary>
public enum LossKind
{
    /// <summary>Each loss leans towards the last one's draw (netem's correlation of <c>loss random</c>).</summary>
    Correlated,

    /// <summary>Gilbert and Elliott's two states, good and bad, each with a loss of its own.</summary>
    GilbertElliott,

    /// <summary>netem's four states (<c>loss state</c>): 1 good, 2 received in a burst, 3 lost in a burst, 4 lost alone.</summary>
    Markov,
}

/// <summary>
/// Loss with a memory: a chain that takes one step for each data copy on its link. What it leaves unsaid is 0. The numbers of <see cref="LossKind.Correlated"/>
/// are <see cref="P"/> (the probability) and <see cref="R"/> (the correlation).
/// </summary>
/// <param name="Kind">Which chain.</param>
public sealed record LossChain(LossKind Kind)
{
    /// <summary>Probability of a step from good to bad; of a correlated loss: its probability.</summary>
    public double P { get; init; }

    /// <summary>Probability of a step from bad to good; of a correlated loss: its correlation.</summary>
    public double R { get; init; }

    /// <summary>Probability of loss in the good state.</summary>
    public double LossGood { get; init; }

    /// <summary>Probability of loss in the bad state.</summary>
    public double LossBad { get; init; }

    /// <summary>From good into a burst of losses.</summary>
    public double P13 { get; init; }

    /// <summary>From a burst of losses back to good.</summary>
    public double P31 { get; init; }

    /// <summary>From lost to received within a burst.</summary>
    public double P32 { get; init; }

    /// <summary>From received to lost within a burst.</summary>
    public double P23 { get; init; }

    /// <summary>From good to a single loss, after which the state is good again.</summary>
    public double P14 { get; init; }

    /// <summary>Number of states.</summary>
    public int States => Kind == LossKind.Markov ? 4 : Kind == LossKind.GilbertElliott ? 2 : 1;

    /// <summary>Share of time in each state after long; where the chain can leave no state, it stays in the first.</summary>
    public IReadOnlyList<double> Stationary()
    {
        if (Kind == LossKind.GilbertElliott)
            return P + R > 0 ? [R / (P + R), P / (P + R)] : [1, 0];
        if (Kind != LossKind.Markov)
            return [1];
        // Flows balance: 1 → 4 → 1, 1 ⇄ 3 and 3 ⇄ 2. Where there is no way back, everything ends behind it.
        double one = 1, four = P14, three = P13 == 0 ? 0 : P31 == 0 ? double.PositiveInfinity : P13 / P31;
        if (double.IsInfinity(three))
            (one, four, three) = (0, 0, 1);
        double two = three == 0 || P32 == 0 ? 0 : P23 == 0 ? double.PositiveInfinity : three * P32 / P23;
        if (double.IsInfinity(two))
            (one, four, three, two) = (0, 0, 0, 1);
        double sum = one + two + three + four;
        return [one / sum, two / sum, three / sum, four / sum];
    }

    /// <summary>Share of copies that are lost after long. Of a correlated loss it is the probability that was asked for, as netem has it.</summary>
    public double StationaryLoss()
    {
        if (Kind == LossKind.Correlated)
            return P;
        IReadOnlyList<double> states = Stationary();
        return Kind == LossKind.GilbertElliott ? (states[0] * LossGood) + (states[1] * LossBad) : states[2] + states[3];
    }

    /// <summary>The state after a step.</summary>
    /// <param name="state">From 0.</param>
    /// <param name="uniform">A draw in [0, 1).</param>
    public int Next(int state, double uniform) => Kind switch
    {
        LossKind.GilbertElliott => state == 0 ? (uniform < P ? 1 : 0) : uniform < R ? 0 : 1,
        LossKind.Markov => state switch
        {
            0 => uniform < P14 ? 3 : uniform < P14 + P13 ? 2 : 0,
            1 => uniform < P23 ? 2 : 1,
            2 => uniform < P32 ? 1 : uniform < P32 + P31 ? 0 : 2,
            _ => 0,
        },
        _ => 0,
    };

    /// <summary>Probability that a copy is lost in a state.</summary>
    public double LossIn(int state) => Kind switch
    {
        LossKind.GilbertElliott => state == 0 ? LossGood : LossBad,
        LossKind.Markov => state is 2 or 3 ? 1 : 0,
        _ => P,
    };
}

/// <summary>How far more than one draw reaches back: reordering as netem has it.</summary>
/// <param name="Correlation">How much a draw leans towards the last one, in [0, 1].</param>
/// <param name="Gap">Copies of which at most the last overtakes: 1 for any.</param>
public sealed record ReorderPattern(double Correlation, int Gap);

/// <summary>Which messages a full queue drops.</summary>
public enum QueueDrop
{
    /// <summary>What comes when it is full.</summary>
    Tail,

    /// <summary>What comes, with a probability that is the share of the limit that waits already (RED without its average).</summary>
    Random,
}

/// <summary>The queue before a link's bandwidth: what waits there, the message that is being transmitted not counted.</summary>
/// <param name="LimitBytes">Bytes that may wait; null: counted in messages.</param>
/// <param name="LimitMessages">Messages that may wait; null: counted in bytes.</param>
/// <param name="Drop">What is dropped.</param>
public sealed record QueueSpec(long? LimitBytes, int? LimitMessages, QueueDrop Drop);
