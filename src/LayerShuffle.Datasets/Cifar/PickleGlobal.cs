namespace LayerShuffle.Datasets.Cifar;

/// <summary>One of the few names that a pickle may refer to; none is ever looked up in a program.</summary>
internal sealed record PickleGlobal(string Name)
{
    public const string Reconstruct = "_reconstruct", Array = "ndarray", Type = "dtype", Encode = "encode", FromBuffer = "_frombuffer";

    /// <summary>The name, or null where it is not one of those that CIFAR's files hold.</summary>
    public static PickleGlobal? Of(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", Reconstruct) => new(Reconstruct),
        ("numpy", Array) => new(Array),
        ("numpy", Type) => new(Type),
        ("numpy.core.numeric" or "numpy._core.numeric", FromBuffer) => new(FromBuffer),
        ("_codecs", Encode) => new(Encode),
        _ => null,
    };
}
