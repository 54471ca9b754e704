using LayerShuffle.Core.Files;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Files;

/// <summary>Reads and writes safetensors files.</summary>
public static class SafeTensors
{
    private const long MostTensorBytes = int.MaxValue;

    private static readonly Dictionary<string, string> TorchMetadata = new() { ["format"] = "pt" };

    /// <summary>Reads a file into tensors of the file's own types, in the sequence of their bytes.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by name; the caller disposes them.</returns>
    /// <exception cref="ModelFormatException">The file cannot be read or is malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path) => Read(path, out _);

    /// <summary>Reads a file with its metadata.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">What the file says about itself.</param>
    /// <returns>The tensors by name; the caller disposes them.</returns>
    /// <exception cref="ModelFormatException">The file cannot be read or is malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        string source = Path.GetFileName(path);
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, source, out metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads what the bytes of a file would hold.</summary>
    /// <param name="bytes">The bytes of a whole file.</param>
    /// <param name="sourceName">What to call them in a message.</param>
    /// <returns>The tensors by name; the caller disposes them.</returns>
    /// <exception cref="ModelFormatException">They are malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> Parse(byte[] bytes, string sourceName)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return Read(stream, sourceName, out _);
    }

    /// <summary>Writes tensors in the dictionary's sequence; the file appears whole or not at all.</summary>
    /// <param name="path">The file; an older one is replaced.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">What the file says about itself; <c>format: pt</c> by default.</param>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Disk.Replace(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors to a stream in the dictionary's sequence.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">What the file says about itself; <c>format: pt</c> by default.</param>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        List<SafeTensorsEntry> entries = [];
        long offset = 0;
        foreach ((string name, Tensor tensor) in tensors)
        {
            long length = checked(tensor.numel() * SafeTensorsTypes.Of(tensor.dtype).Size);
            if (length > MostTensorBytes)
                throw new ModelFormatException($"The tensor {name} has {length} bytes; more than {MostTensorBytes} are not supported.");
            entries.Add(new(name, SafeTensorsTypes.Of(tensor.dtype), tensor.shape, offset, length));
            offset += length;
        }

        stream.Write(SafeTensorsHeader.Format(entries, metadata ?? TorchMetadata));
        foreach (Tensor tensor in tensors.Values)
        {
            using var scope = NewDisposeScope();
            Tensor flat = tensor.detach().cpu().contiguous();
            if (flat.numel() > 0)
                stream.Write(flat.bytes);
        }
    }

    private static IReadOnlyDictionary<string, Tensor> Read(Stream stream, string source, out IReadOnlyDictionary<string, string> metadata)
    {
        SafeTensorsHeader header = SafeTensorsHeader.Read(stream, source);
        metadata = header.Metadata;

        var tensors = new OrderedDictionary<string, Tensor>();
        try
        {
            foreach (SafeTensorsEntry entry in header.Entries)
                tensors.Add(entry.Name, ReadTensor(stream, entry, source));
            return tensors;
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    private static Tensor ReadTensor(Stream stream, SafeTensorsEntry entry, string source)
    {
        if (entry.Length > MostTensorBytes)
            throw new ModelFormatException($"The tensor {entry.Name} in {source} has {entry.Length} bytes; more than {MostTensorBytes} are not supported.");
        Tensor tensor = empty(entry.Shape, dtype: SafeTensorsTypes.Of(entry.Format));
        if (entry.Length == 0)
            return tensor;
        Span<byte> bytes = tensor.bytes; // the tensor's own memory
        stream.ReadExactly(bytes);
        if (tensor.dtype == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            tensor.Dispose();
            throw SafeTensorsHeader.Malformed(source, $"the tensor {entry.Name} is of type BOOL, but holds other numbers than 0 and 1");
        }

        return tensor;
    }
}
