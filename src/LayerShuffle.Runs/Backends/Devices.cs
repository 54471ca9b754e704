using System.Globalization;
using System.Runtime.CompilerServices;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Backends;

/// <summary>Reads <c>--device</c>.</summary>
public static class Devices
{
    /// <summary>The number of a GPU; null for the processor. Loads no libtorch.</summary>
    /// <exception cref="UsageException">It is no device.</exception>
    public static int? Parse(string name)
    {
        if (name == "cpu")
            return null;
        int index = 0;
        if (name != "cuda"
            && !(name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new UsageException($"--device {name}: expected cpu, cuda or cuda:N (cuda is the first NVIDIA card, cuda:1 the second).");
        return index;
    }

    /// <summary>Returns if there is such a device here. Its signature names nothing of TorchSharp's, so that a run without a model does not need it.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Need(string name) => _ = Select(name);

    /// <summary>Moves a model to a device.</summary>
    /// <exception cref="UsageException">There is no such device here.</exception>
    public static void MoveTo(VisionTransformer model, string name) => _ = model.To(Select(name));

    /// <summary>The device itself.</summary>
    /// <exception cref="UsageException">It is no device, or there is no such device here.</exception>
    internal static Device Select(string name)
    {
        if (Parse(name) is not { } index)
            return CPU;
        if (!cuda.is_available())
            throw new UsageException($"--device {name}: there is no CUDA device here, or libtorch was built without CUDA. Build with -p:Torch=cuda on a "
                + "machine with an NVIDIA card, or use --device cpu.");
        if (index >= cuda.device_count())
            throw new UsageException($"--device {name}: there are {cuda.device_count()} CUDA device(s) here, numbered from 0.");
        return device(DeviceType.CUDA, index);
    }
}
