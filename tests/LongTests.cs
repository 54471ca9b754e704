namespace LayerShuffle.Tests;

/// <summary>Long tests, more random cases, more steps: for who has the time.</summary>
internal static class LongTests
{
    /// <summary>Whether they are wanted (<c>LAYERSHUFFLE_LONG=1</c>).</summary>
    public static bool AreWanted => Environment.GetEnvironmentVariable("LAYERSHUFFLE_LONG") is "1";
}
