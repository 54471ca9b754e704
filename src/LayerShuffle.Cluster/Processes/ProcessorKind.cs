using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace LayerShuffle.Cluster.Processes;

/// <summary>The kind of this machine's processor: numeric libraries choose their kernels by it, and so it decides the last bits of what they compute.</summary>
public static class ProcessorKind
{
    // What makes libtorch, MKL and oneDNN choose other kernels than they would on this processor.
    private static readonly string[] Choosers =
        ["ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE", "OMP_DYNAMIC", "TORCH_MKLDNN_MATMUL_MIN_DIM"];

    /// <summary>Maker, model and, where the user has limited them, what kernels may use, e.g. <c>AuthenticAMD 25.17.1, EPYC …</c>.</summary>
    public static string Name { get; } = Describe();

    private static string Describe()
    {
        string kind = X86Base.IsSupported ? X86() : $"{RuntimeInformation.ProcessArchitecture} {Arm()}".TrimEnd();
        foreach (string name in Choosers)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                kind += $", {name}={value}";
        }

        return kind;
    }

    private static string X86()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        int signature = X86Base.CpuId(1, 0).Eax;
        int family = (signature >> 8) & 15, model = (signature >> 4) & 15;
        if (family is 6 or 15)
            model |= (signature >> 12) & 0xF0;
        if (family == 15)
            family += (signature >> 20) & 0xFF;
        string widest = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "SSE"; // a hypervisor may hide some
        return string.Create(CultureInfo.InvariantCulture, $"{Text(b, d, c)} {family}.{model}.{signature & 15}, {widest}");
    }

    private static string Text(params ReadOnlySpan<int> registers) => Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).TrimEnd('\0');

    private static string Arm()
    {
        try
        {
            string[] told = ["CPU implementer", "CPU architecture", "CPU variant", "CPU part"];
            return string.Join(' ', File.ReadLines("/proc/cpuinfo").Where(line => told.Any(key => line.StartsWith(key, StringComparison.Ordinal))).Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).Distinct());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // not Linux
        }
    }
}
