using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Running;

/// <summary>Reads <c>--device</c>.</summary>
internal static class Devices
{
    /// <summary>Checks how it is written, without loading libtorch.</summary>
    /// <returns>The CUDA device's number; null for the processor.</returns>
    /// <exception cref="UsageException">It is no device.</exception>
    public static int? Check(string name)
    {
        int index = 0;
        if (name == "cpu")
            return null;
        return name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            ? index
            : throw new UsageException($"--device {name}: expected cpu, cuda or cuda:N (cuda is the first NVIDIA card, cuda:1 the second).");
    }

    public static Device Select(string name)
    {
        if (Check(name) is not { } index)
            return CPU;
        if (!cuda.is_available())
            throw new UsageException($"--device {name}: there is no CUDA device here, or libtorch was built without CUDA. Build with -p:Torch=cuda on a machine with an NVIDIA card, or use --device cpu.");
        if (index >= cuda.device_count())
            throw new UsageException($"--device {name}: there are {cuda.device_count()} CUDA device(s) here, numbered from 0.");
        return device(DeviceType.CUDA, index);
    }
}
