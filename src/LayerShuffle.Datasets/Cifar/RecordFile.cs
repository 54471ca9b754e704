using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>A file of records, read whole.</summary>
internal sealed record RecordFile(string Path, byte[] Bytes)
{
    /// <summary>Reads a file and checks that it holds whole records with labels in range.</summary>
    public static RecordFile Read(string path, int labelBytes, int classes) => Check(path, DataFile.Read(path, DataFile.MaxBytes), labelBytes, classes);

    /// <summary>Checks that bytes are whole records with labels in range.</summary>
    public static RecordFile Check(string path, byte[] bytes, int labelBytes, int classes)
    {
        int record = labelBytes + RecordSplit.PixelBytes;
        if (bytes.Length == 0 || bytes.Length % record != 0)
            throw new DatasetException(
                $"'{path}' has {bytes.Length} bytes, which is not a whole number of records of {record} bytes: it is truncated or in another format; download "
                    + "it again (the binary version).");
        for (int i = 0; i < bytes.Length / record; i++)
        {
            int label = bytes[i * record + labelBytes - 1];
            if (label >= classes)
                throw new DatasetException($"'{path}': record {i} has the label {label}, expected 0 to {classes - 1}; the file is damaged or of another "
                    + "dataset.");
        }
        return new(path, bytes);
    }
}
