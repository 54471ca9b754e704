namespace LayerShuffle.Network.Trials;

/// <summary>The columns with which every results file begins.</summary>
/// <param name="Trial">Number of the trial, from 0.</param>
/// <param name="Model">The model's name in the scenario; <c>none</c> where the network alone is simulated.</param>
/// <param name="TrainingSeed">Index of the training seed, from 0.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Condition">The condition's name, with its sweep point in brackets.</param>
/// <param name="Repeat">Index of the repeat, from 0.</param>
public sealed record TrialKey(int Trial, string Model, int TrainingSeed, string Policy, string Condition, int Repeat);
