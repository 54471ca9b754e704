namespace LayerShuffle.Results.Journeys;

/// <summary>A journey cannot be told: there is no such request, it was not traced, or several are meant.</summary>
/// <param name="message">A sentence that says what there is instead.</param>
public sealed class JourneyException(string message) : Exception(message);
