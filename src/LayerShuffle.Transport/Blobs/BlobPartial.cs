using System.Security.Cryptography;

namespace LayerShuffle.Transport.Blobs;

/// <summary>A blob that is arriving: its bytes so far in memory, and in a file if there is one. Not thread-safe.</summary>
internal sealed class BlobPartial : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? file;
    private byte[] bytes = [];

    /// <summary>Takes over what the file holds, if it is no more than the blob.</summary>
    /// <param name="blob">What is arriving; its size has been checked to fit an array.</param>
    /// <param name="file">Held by nobody else; null: memory only. Belongs to this from now on.</param>
    public BlobPartial(Blob blob, FileStream? file)
    {
        Blob = blob;
        this.file = file;
        OnFile(f =>
        {
            if (f.Length > blob.Bytes)
                f.SetLength(0);
            if (f.Length == 0)
                return;
            Allocate();
            f.Position = 0;
            f.ReadExactly(bytes, 0, (int)f.Length);
            Length = (int)f.Length;
            hash.AppendData(bytes, 0, Length);
        });
    }

    /// <summary>The whole.</summary>
    public Blob Blob { get; }

    /// <summary>How many bytes are here.</summary>
    public int Length { get; private set; }

    /// <summary>Whether all bytes are here, right or wrong.</summary>
    public bool IsFull => Length == Blob.Bytes;

    /// <summary>How often all bytes were here and were not the blob.</summary>
    public int Failures { get; private set; }

    /// <summary>The path of its file, or null.</summary>
    public string? File => file?.Name;

    /// <summary>The next bytes, no more than are missing.</summary>
    public void Append(ReadOnlySpan<byte> next)
    {
        Allocate();
        next.CopyTo(bytes.AsSpan(Length));
        hash.AppendData(next);
        int from = Length;
        Length += next.Length;
        OnFile(f => f.Write(bytes, from, Length - from));
    }

    /// <summary>The bytes if they are the blob; else null, and it begins again with nothing.</summary>
    public byte[]? Complete()
    {
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) == Blob.Hash)
            return bytes;
        Failures++;
        Length = 0;
        OnFile(f => f.SetLength(0));
        return null;
    }

    /// <summary>Closes the file, which stays.</summary>
    public void Dispose()
    {
        OnFile(f => f.Dispose());
        file = null;
        hash.Dispose();
    }

    private void Allocate()
    {
        if (bytes.Length < Blob.Bytes)
            bytes = GC.AllocateUninitializedArray<byte>((int)Blob.Bytes);
    }

    // A full or failing disk costs the file, not the shipment.
    private void OnFile(Action<FileStream> action)
    {
        if (file is null)
            return;
        try
        {
            action(file);
        }
        catch (IOException)
        {
            FileStream broken = file;
            file = null;
            try
            {
                broken.Dispose();
            }
            catch (IOException)
            {
                // What could not be written stays unwritten.
            }
        }
    }
}
