namespace LayerShuffle.Core.Logs;

/// <summary>A log whose lines go to a writer: the standard error of a worker, or of a supervisor whose run shows them.</summary>
/// <param name="writer">Where they go; stays the caller's.</param>
/// <param name="verbose">Whether it takes details of ours and warnings of libraries as well.</param>
public sealed class WriterSink(TextWriter writer, bool verbose = false) : LineSink(verbose)
{
    /// <inheritdoc/>
    protected override void Write(string line)
    {
        lock (writer)
            writer.WriteLine(line);
    }
}
