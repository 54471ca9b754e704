using System.Runtime.InteropServices;

namespace LayerShuffle.Cluster.Processes;

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
