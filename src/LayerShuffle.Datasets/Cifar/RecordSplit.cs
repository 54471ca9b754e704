using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>Fixed-length records: label bytes, then a planar RGB image [3, 32, 32].</summary>
internal sealed class RecordSplit(IReadOnlyList<RecordFile> files, int labelBytes, IReadOnlyList<string> classNames) : ImageSplit(classNames)
{
    public const int Side = 32;
    public const int PixelBytes = 3 * Side * Side;

    private readonly int recordBytes = labelBytes + PixelBytes;

    public override int Count { get; } = files.Sum(file => file.Bytes.Length / (labelBytes + PixelBytes));

    /// <summary>The record's last label byte: CIFAR-10's only one, CIFAR-100's fine one.</summary>
    public override int Label(int index) => Record(index)[labelBytes - 1];

    public override PlanarImage Read(int index) => new(Record(index)[labelBytes..].ToArray(), Side, Side);

    private ReadOnlySpan<byte> Record(int index)
    {
        foreach (RecordFile file in files)
        {
            int records = file.Bytes.Length / recordBytes;
            if (index < records)
                return file.Bytes.AsSpan(index * recordBytes, recordBytes);
            index -= records;
        }
        throw new ArgumentOutOfRangeException(nameof(index));
    }
}
