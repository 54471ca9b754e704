namespace LayerShuffle.Cluster.Ports;

/// <summary>How many of a request's answers are right.</summary>
/// <param name="Correct">Images whose best class is right.</param>
/// <param name="CorrectTop5">Images whose class is among the best five.</param>
/// <param name="NotFinite">Images whose answer holds NaN or infinity; they count as wrong.</param>
public readonly record struct Judgement(int Correct, int CorrectTop5, int NotFinite);
