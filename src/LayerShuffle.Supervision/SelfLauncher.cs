using System.Diagnostics;
using System.Reflection;

namespace LayerShuffle.Supervision;

/// <summary>Starts this very program again: workers with its hidden command <c>worker</c>.</summary>
public sealed class SelfLauncher : IWorkerLauncher
{
    // glibc gives blocks of 32 MiB and more back to the kernel when they are freed; zeroing fresh pages for every activation of that size halves what the data
    // plane moves.
    private static readonly (string Name, string Value)[] Malloc =
        [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", "268435456")];

    // The runtime's files for debuggers outlive a process that is killed; a supervisor removes its worker's, but not if it is killed itself. Set
    // DOTNET_EnableDiagnostics=1 to look into workers.
    private static readonly (string Name, string Value) Diagnostics = ("DOTNET_EnableDiagnostics", "0");

    // Compiling code once more, with counters, to find out what is hot took a fifth of the processor time of a cluster's first twenty seconds, which is when it
    // is measured; a worker's own code is little beside its layers.
    private static readonly (string Name, string Value) Profiling = ("DOTNET_TieredPGO", "0");

    // A run's processes trust the run's own authority and nobody else. Reading the system's hundred and more authorities, which each would do before its first
    // connection, took about a twentieth of the processor time of a short run of three workers.
    private static readonly (string Name, string Value)[] NoAuthorities = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/dev/null")];

    /// <inheritdoc/>
    public ProcessStartInfo Command(WorkerStart start)
    {
        ProcessStartInfo info = Self("worker");
        foreach ((string name, string value) in OperatingSystem.IsLinux() ? Malloc : [])
            info.Environment.TryAdd(name, value); // what the user set stays
        info.Environment.TryAdd(Diagnostics.Name, Diagnostics.Value);
        info.Environment.TryAdd(Profiling.Name, Profiling.Value);
        return info;
    }

    /// <summary>
    /// The command that starts this program as another process of a run: its own executable, or <c>dotnet</c> with its assembly if that is how it was started.
    /// </summary>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="InvalidOperationException">The system does not tell what was started.</exception>
    public static ProcessStartInfo Self(params IEnumerable<string> arguments)
    {
        string executable = Environment.ProcessPath
            ?? throw new InvalidOperationException("The system does not tell which program this is, so it cannot be started again.");
        var info = new ProcessStartInfo(executable);
        if (string.Equals(Path.GetFileNameWithoutExtension(executable), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            string? assembly = Assembly.GetEntryAssembly()?.Location;
            if (string.IsNullOrEmpty(assembly))
                throw new InvalidOperationException($"{executable} runs this program, but not from an assembly file that it could be given again.");
            info.ArgumentList.Add(assembly);
        }

        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        foreach ((string name, string value) in OperatingSystem.IsLinux() ? NoAuthorities : [])
            info.Environment.TryAdd(name, value); // what the user set stays
        return info;
    }
}
