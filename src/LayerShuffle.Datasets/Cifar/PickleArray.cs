namespace LayerShuffle.Datasets.Cifar;

/// <summary>A numpy array of bytes in a pickle; its shape and data come after it.</summary>
internal sealed class PickleArray
{
    /// <summary>The lengths of its dimensions.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>The elements, row by row.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>Takes shape, element type, order and data; false where they are not those of an array of bytes.</summary>
    public bool Fill(object? shape, object? type, object? fortran, object? data)
    {
        if (shape is not object?[] sides || sides.Any(side => side is not (long and >= 0)) || fortran is not false || data is not PickleText text)
            return false;
        if (type is not PickleType { Name: "u1" or "uint8" or "|u1" or "B" })
            return false;
        (Shape, Data) = ([.. sides.Cast<long>()], text.Bytes);
        return true;
    }
}
