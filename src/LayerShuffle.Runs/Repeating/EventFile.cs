using System.Globalization;
using System.IO.Compression;
using System.Text;
using LayerShuffle.Core.Files;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Runs.Repeating;

/// <summary>
/// The story of a trial, kept beside the results while the trial is told a second time: a trial of millions of events does not fit in memory, and a digest of
/// them could not be asked which one differs.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream file;
    private StreamWriter? writer;
    private StreamReader? reader;

    /// <summary>An empty one.</summary>
    /// <param name="folder">The folder that it is in, until it is disposed of.</param>
    public EventFile(string folder)
    {
        string path = Path.Combine(folder, "events" + Disk.Unfinished);
        Disk.About("create", path);
        file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        writer = new StreamWriter(new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true), new UTF8Encoding(false));
    }

    /// <summary>How an event is written.</summary>
    public static string Line(Instant at, string what) => string.Create(CultureInfo.InvariantCulture, $"{at.TotalMilliseconds:R} ms: {what}");

    /// <summary>One more event of the first telling.</summary>
    public void Write(Instant at, string what) => writer!.WriteLine(Line(at, what));

    /// <summary>The first telling is over; the second begins.</summary>
    public void Rewind()
    {
        writer!.Dispose();
        writer = null;
        file.Seek(0, SeekOrigin.Begin);
        reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), new UTF8Encoding(false));
    }

    /// <summary>The next event of the first telling; null behind the last.</summary>
    public string? Read() => reader!.ReadLine();

    /// <inheritdoc/>
    public void Dispose()
    {
        writer?.Dispose();
        reader?.Dispose();
        file.Dispose();
    }
}
