namespace LayerShuffle.Runs.Failures;

/// <summary>What the program prints cannot be written: its standard output is full or closed.</summary>
/// <param name="message">A sentence.</param>
/// <param name="readerLeft">Whether somebody read and stopped, as <c>head</c> does.</param>
/// <param name="inner">What the system said.</param>
public sealed class OutputException(string message, bool readerLeft, Exception? inner) : Exception(message, inner)
{
    /// <summary>Whether somebody read and stopped, as <c>head</c> does.</summary>
    public bool ReaderLeft => readerLeft;
}
