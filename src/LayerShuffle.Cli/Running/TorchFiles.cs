using System.Reflection;
using System.Runtime.InteropServices;
using LayerShuffle.Vision;

namespace LayerShuffle.Cli.Running;

/// <summary>
/// Finds out whether libtorch is there before TorchSharp looks for it: that one prints pages, and copies half a gigabyte beside the program on its search.
/// </summary>
internal static class TorchFiles
{
    /// <summary>What to do where libtorch cannot be loaded.</summary>
    public const string Missing =
        "libtorch cannot be loaded. This program was built without it (-p:Torch=none), or its files are gone. Name the folder that holds libtorch 2.10's "
            + "libraries in LD_LIBRARY_PATH (PATH on Windows), "
        + "or build with them: dotnet build -c Release (without -p:Torch=none).";

    /// <summary>Returns if libtorch is there.</summary>
    /// <exception cref="RunFailedException">It is not.</exception>
    public static void Need()
    {
        string[] names = OperatingSystem.IsWindows() ? ["torch_cpu.dll"] : OperatingSystem.IsMacOS() ? ["libtorch_cpu.dylib"]
            : ["libtorch_cpu.so", "libtorch_cuda.so"];
        string known = $"{AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")}{Path.PathSeparator}{AppContext.BaseDirectory}{Path.PathSeparator}"
            + Environment.GetEnvironmentVariable(OperatingSystem.IsWindows() ? "PATH" : OperatingSystem.IsMacOS() ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH");
        bool found = known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name))));
        if (!found && !NativeLibrary.TryLoad("torch_cpu", Assembly.GetExecutingAssembly(), null, out _)) // where the system itself knows it
            throw new RunFailedException(Missing);
        TorchLibrary.Need();
    }
}
