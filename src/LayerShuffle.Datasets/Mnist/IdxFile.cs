using System.Buffers.Binary;
using System.IO.Compression;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>An IDX file of bytes: two zero bytes, the type, the number of dimensions, the dimensions (big endian), the data.</summary>
internal sealed record IdxFile(string Path, int[] Dimensions, byte[] Data)
{
    private const long MaxBytes = DataFile.MaxBytes;

    /// <summary>Reads a file; what ends in .gz is unpacked.</summary>
    public static IdxFile Read(string path, int rank) =>
        Parse(path, path.EndsWith(".gz", StringComparison.Ordinal) ? Unpack(path) : DataFile.Read(path, DataFile.MaxBytes), rank);

    /// <summary>The same images with rows and columns exchanged.</summary>
    public IdxFile Transposed()
    {
        int height = Dimensions[1], width = Dimensions[2];
        var turned = new byte[Data.Length];
        for (int image = 0; image < Data.Length; image += height * width)
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                    turned[image + x * height + y] = Data[image + y * width + x];
        return new(Path, [Dimensions[0], width, height], turned);
    }

    private static byte[] Unpack(string path)
    {
        using FileStream file = DataFile.Open(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = unpacked.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes)
                    throw new DatasetException($"'{path}' unpacks to more than {MaxBytes >> 20} MiB, which no MNIST file does; download it again.");
            }
        }
        catch (InvalidDataException problem)
        {
            throw new DatasetException($"'{path}' is not a complete gzip file ({problem.Message}); download it again.", problem);
        }
        return bytes.ToArray();
    }

    private static IdxFile Parse(string path, byte[] bytes, int rank)
    {
        int header = 4 + 4 * rank;
        if (bytes.Length < header)
            throw new DatasetException($"'{path}' has {bytes.Length} bytes, fewer than its header of {header}: it is truncated; download it again.");
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(bytes), expected = 0x0800u | (uint)rank;
        if (magic != expected)
            throw new DatasetException($"'{path}' begins with 0x{magic:x8}, expected 0x{expected:x8} (an IDX file of bytes with {rank} dimensions); it is not "
                + "this MNIST file.");
        var dimensions = new int[rank];
        long size = 1;
        for (int i = 0; i < rank; i++)
        {
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + 4 * i));
            if (dimension > MaxBytes)
                throw new DatasetException($"'{path}' claims a dimension of {dimension}: it is damaged; download it again.");
            dimensions[i] = (int)dimension;
            size = Math.Min(size * dimension, MaxBytes + 1);
        }
        if (bytes.Length - header != size)
            throw new DatasetException(
                $"'{path}' has {bytes.Length - header} bytes of data, but its header ({string.Join(" × ", dimensions)}) asks for {size}: it is truncated or "
                    + "damaged; download it again.");
        return new(path, dimensions, bytes[header..]);
    }
}
