namespace LayerShuffle.Core.Records;

/// <summary>What is expected over all sets of dead nodes, as <c>reliability.csv</c> and <c>importance.csv</c> tell of it.</summary>
/// <param name="Sets">The sets; their probabilities sum to 1.</param>
/// <param name="Expected">The expected accuracy.</param>
/// <param name="Importance">Of domains, nodes and layers, in this order.</param>
/// <param name="LayersExecuted">Layers executed per request that completes; null where none does.</param>
/// <param name="LayersSkipped">Layers lost per request that completes; null where none does.</param>
/// <param name="Top5">The expected share of images whose class is among the best five; null without a model.</param>
/// <param name="Top1Completed">Right answers expected ÷ images expected in completed requests; null without a model.</param>
/// <param name="NodesUp">The expected share of nodes that are up.</param>
/// <param name="Loss">Expected sum of the losses of answered images ÷ how many are expected to be answered; null without a model.</param>
public sealed record ReliabilityRecord(IReadOnlyList<ReliabilitySet> Sets, ExpectedAccuracy Expected, IReadOnlyList<Importance> Importance,
    double? LayersExecuted, double? LayersSkipped, double? Top5, double? Top1Completed, double NodesUp, double? Loss = null);

/// <summary>A set of what is dead.</summary>
/// <param name="Down">The dead nodes and domains.</param>
/// <param name="NodesDown">How many nodes are dead.</param>
/// <param name="Probability">How likely it is; of drawn sets, their share of the draws.</param>
/// <param name="Top1">Accuracy over all images asked for; null without a model.</param>
/// <param name="Completion">The share of requests that complete.</param>
/// <param name="LayersMissing">Layers without a living copy.</param>
public sealed record ReliabilitySet(IReadOnlyList<string> Down, int NodesDown, double Probability, double? Top1, double Completion, int LayersMissing);

/// <summary>The expected accuracy over all sets.</summary>
/// <param name="Top1">Its value; null without a model.</param>
/// <param name="Low">The lower end of its 95% interval; null where there is none.</param>
/// <param name="High">The upper end.</param>
/// <param name="Count">The units that the interval rests on: requests.</param>
/// <param name="Completion">The expected share of requests that complete.</param>
/// <param name="IsExact">Whether all sets were weighed; else they were drawn, and the interval tells of that too.</param>
public sealed record ExpectedAccuracy(double? Top1, double? Low, double? High, long Count, double Completion, bool IsExact);

/// <summary>What the accuracy owes to a domain, a node or a layer.</summary>
/// <param name="Kind">domain, node or layer.</param>
/// <param name="Target">Its name or number.</param>
/// <param name="Up">The probability that it is up; of a layer, that a copy of it lives.</param>
/// <param name="Top1Up">The expected accuracy where it is up; null where it never is, or without a model.</param>
/// <param name="Top1Down">The expected accuracy where it is down; null where it never is, or without a model.</param>
/// <param name="Low">The lower end of the 95% interval of their difference.</param>
/// <param name="High">The upper end.</param>
public sealed record Importance(string Kind, string Target, double Up, double? Top1Up, double? Top1Down, double? Low, double? High)
{
    /// <summary>Birnbaum's importance: how much is lost when it goes from up to down.</summary>
    public double? Value => Top1Up - Top1Down;
}
