using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>A batch of CIFAR's Python version, turned into the records of the binary one.</summary>
internal static class PickledBatch
{
    /// <summary>Reads a batch. The keys of the label lists come in the order of a record's label bytes.</summary>
    public static RecordFile Read(string path, string[] labelKeys, int classes)
    {
        Dictionary<string, object?> batch = PickleReader.Read(DataFile.Read(path, DataFile.MaxBytes), path);
        if (batch.GetValueOrDefault("data") is not PickleArray { Shape: [long images and > 0, RecordSplit.PixelBytes] } pixels
            || pixels.Data.Length / RecordSplit.PixelBytes != images || pixels.Data.Length % RecordSplit.PixelBytes != 0)
            throw new DatasetException($"'{path}' has no `data` of images × {RecordSplit.PixelBytes} bytes: it is damaged or of another dataset; "
                + "download it again (the Python version).");
        int record = labelKeys.Length + RecordSplit.PixelBytes;
        if (images * record > Array.MaxLength)
            throw new DatasetException($"'{path}' has {images} images, more than a batch can hold; it is damaged or of another dataset.");
        var bytes = new byte[images * record];
        for (int key = 0; key < labelKeys.Length; key++)
        {
            if (batch.GetValueOrDefault(labelKeys[key]) is not List<object?> labels || labels.Count != images)
                throw new DatasetException($"'{path}' has {images} images, but no `{labelKeys[key]}` for each of them: it is damaged or of another "
                    + "dataset; download it again (the Python version).");
            for (int i = 0; i < labels.Count; i++)
                bytes[i * record + key] = labels[i] is long and >= 0 and < 255 ? (byte)(long)labels[i]! : byte.MaxValue;
        }
        for (int i = 0; i < images; i++)
            pixels.Data.Slice(i * RecordSplit.PixelBytes, RecordSplit.PixelBytes).CopyTo(bytes.AsMemory(i * record + labelKeys.Length));
        return RecordFile.Check(path, bytes, labelKeys.Length, classes);
    }

    /// <summary>Reads the names of the classes.</summary>
    public static string[] Names(string path, string key) =>
        PickleReader.Read(DataFile.Read(path, DataFile.MaxBytes), path).GetValueOrDefault(key) is List<object?> names
            && names.All(name => name is PickleText { Bytes.Length: <= 256 })
            ? [.. names.Select(name => name!.ToString()!)]
            : throw new DatasetException($"'{path}' has no `{key}`: it is damaged or of another dataset; download it again (the Python version).");
}
