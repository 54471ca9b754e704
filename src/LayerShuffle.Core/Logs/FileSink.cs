using System.Globalization;

namespace LayerShuffle.Core.Logs;

/// <summary>
/// A log that is kept in a file: verbose, each line with its time. The file is made with the first line; where it cannot be written the rest is lost, and
/// nobody else suffers.
/// </summary>
/// <param name="path">The file, which is added to; its folder is made if it is not there.</param>
/// <param name="time">The clock.</param>
public sealed class FileSink(string path, TimeProvider time) : LineSink(verbose: true)
{
    private readonly Lock gate = new();
    private StreamWriter? writer;
    private bool closed;

    /// <inheritdoc/>
    protected override void Write(string line)
    {
        lock (gate)
        {
            if (closed)
                return;
            try
            {
                writer ??= Open();
                writer.WriteLine(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture) + line);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                closed = true;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            closed = true;
            writer?.Dispose();
            writer = null;
        }
    }

    private StreamWriter Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new StreamWriter(path, append: true) { AutoFlush = true };
    }
}
