using System.Reflection;
using System.Runtime.InteropServices;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision;

namespace LayerShuffle.Runs.Backends;

/// <summary>
/// Finds out whether libtorch is there before TorchSharp looks for it: that one prints pages, and copies half a gigabyte beside the program on its search.
/// </summary>
public static class TorchFiles
{
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
            throw new RunFailedException(ErrorText.TorchMissing);
        TorchLibrary.Need();
    }
}
