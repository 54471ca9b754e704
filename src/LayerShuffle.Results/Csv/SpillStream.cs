using System.Security.Cryptography;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Results.Csv;

/// <summary>
/// Bytes on their way to a file: in memory while they are few, then in a file beside it that is gone when this is, also where the process is killed.
/// </summary>
/// <param name="path">Where that file may be.</param>
internal sealed class SpillStream(string? path) : Stream
{
    /// <summary>Bytes that are kept in memory.</summary>
    public const int MostInMemory = 4 << 20;

    private readonly IncrementalHash sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream bytes = new MemoryStream();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => bytes.Position;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether they are few enough to be in memory.</summary>
    public bool IsInMemory => bytes is MemoryStream;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (path is not null && bytes is MemoryStream memory && memory.Length + buffer.Length > MostInMemory)
        {
            bytes = Open(path);
            memory.WriteTo(bytes);
            memory.Dispose();
        }

        sum.AppendData(buffer);
        if (bytes is not MemoryStream)
            Disk.About("append", path!);
        bytes.Write(buffer);
    }

    /// <summary>SHA-256 of what has been written.</summary>
    public string Sum() => Convert.ToHexStringLower(sum.GetCurrentHash());

    /// <summary>What has been written, where it is in memory.</summary>
    public ReadOnlySpan<byte> InMemory() => ((MemoryStream)bytes).GetBuffer().AsSpan(0, (int)bytes.Length);

    /// <summary>Appends what has been written to another stream.</summary>
    public void AppendTo(Stream target)
    {
        if (bytes is MemoryStream)
        {
            target.Write(InMemory());
            return;
        }

        bytes.Position = 0;
        bytes.CopyTo(target, 1 << 20);
    }

    public override void Flush() => bytes.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            bytes.Dispose();
            sum.Dispose();
        }

        base.Dispose(disposing);
    }

    private static FileStream Open(string path)
    {
        Disk.About("create", path);
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
            File.Delete(path); // the open file lives on without a name, so that even a kill leaves nothing behind; Windows does so by itself
        return file;
    }
}
