using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.RegularExpressions;

namespace LayerShuffle.Supervision;

/// <summary>A node that has joined, at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">Where others reach its worker, unless the worker says otherwise: its public host, the address it listens on, or the address it joined
/// from.</param>
/// <param name="From">The address of its supervisor's connection.</param>
/// <param name="Capabilities">What it has.</param>
/// <param name="Connected">False while its supervisor's connection is broken and may come back within the grace period.</param>
/// <param name="Incarnation">The incarnation of its latest worker; 0 before the first.</param>
/// <param name="Worker">Where that worker listens; null if there is none, or if it is not ready.</param>
/// <param name="Session">Which joining it is, counted from 1: another supervisor of the same name has another.</param>
public sealed record NodeInfo(string Name, string Host, IPEndPoint From, NodeCapabilities Capabilities, bool Connected, int Incarnation, WorkerAddress? Worker,
    long Session = 0);

/// <summary>What a supervisor's machine has, and what its user asked for.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Os">linux, windows, macos or another name.</param>
/// <param name="Architecture">x64, arm64 …</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="MemoryBytes">Memory that a process may use, in bytes (a container's limit counts).</param>
/// <param name="Gpus">Names of NVIDIA GPUs; empty if there are none, or no <c>nvidia-smi</c> to ask.</param>
/// <param name="Device">The device asked for with --device: cpu, cuda, cuda:1.</param>
/// <param name="Threads">Computing threads asked for; null: the coordinator's choice.</param>
/// <param name="ListenHost">The address its worker shall listen on; null: the coordinator's choice.</param>
/// <param name="ListenPort">The port its worker's actor system shall listen on; null: any that is free.</param>
/// <param name="PublicHost">The host name under which others reach its worker; null: where it listens, or the address it joined from.</param>
/// <param name="DataPort">The port its worker's data plane shall listen on; null: any that is free.</param>
/// <param name="Processor">The kind of its processor (<see cref="ProcessorKind"/>); null from a version that does not tell.</param>
public sealed record NodeCapabilities(
    string Machine, string Os, string Architecture, int Cores, long MemoryBytes, string[] Gpus, string Device,
    int? Threads = null, string? ListenHost = null, int? ListenPort = null, string? PublicHost = null, int? DataPort = null, string? Processor = null);

/// <summary>What peers may send as text: names become file names, and lines are shown on terminals.</summary>
internal static partial class NodeName
{
    /// <summary>Whether a name is one: letters, digits, dot, dash and underscore, starting with a letter or digit, at most 63.</summary>
    public static bool IsValid(string name) => Valid().IsMatch(name);

    /// <summary>Text without control characters (a terminal would obey them), cut to a length.</summary>
    public static string Clean(string text, int longest)
    {
        string cut = text.Length <= longest ? text : text[..longest] + "…";
        return cut.Any(c => char.IsControl(c) && c != '\t') ? string.Concat(cut.Select(c => char.IsControl(c) && c != '\t' ? '\uFFFD' : c)) : cut;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex Valid();
}

/// <summary>Where a worker can run: TorchSharp has native libraries for x64 Linux, x64 Windows and arm64 macOS.</summary>
public static class NodePlatform
{
    /// <summary>This system: linux, windows, macos or what the runtime calls it.</summary>
    public static string Os { get; } =
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : RuntimeInformation.OSDescription;

    /// <summary>This process's architecture: x64, arm64 …</summary>
#pragma warning disable CA1308 // the names are lower-case by convention
    public static string Architecture { get; } = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>Why no worker can run there; null if one can.</summary>
    public static string? Refusal(string os, string architecture) => (os, architecture) is ("linux", "x64") or ("windows", "x64") or ("macos", "arm64")
        ? null
        : $"A worker cannot run on {architecture} {os}: there is no libtorch for it. It can on x64 Linux, x64 Windows and arm64 macOS; start the node there.";
}

/// <summary>The kind of this machine's processor: numeric libraries choose their kernels by it, and so it decides the last bits of what they compute.</summary>
public static class ProcessorKind
{
    // What makes libtorch, MKL and oneDNN choose other kernels than they would on this processor.
    private static readonly string[] Choosers =
        ["ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE", "OMP_DYNAMIC",
            "TORCH_MKLDNN_MATMUL_MIN_DIM"];

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
            return string.Join(' ',
                File.ReadLines("/proc/cpuinfo").Where(line => told.Any(key => line.StartsWith(key, StringComparison.Ordinal)))
                .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).Distinct());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // not Linux
        }
    }
}
