using System.Diagnostics;
using System.Reflection;

namespace LayerShuffle.Cluster.Processes;

/// <summary>Starts this very program again: workers with its hidden command <c>worker</c>.</summary>
public sealed class SelfLauncher : IWorkerLauncher
{
    /// <inheritdoc/>
    public ProcessStartInfo Command(WorkerStart start) => Self("worker");

    /// <summary>The command that starts this program: its own executable, or <c>dotnet</c> with its assembly if that is how it was started.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="InvalidOperationException">The system does not tell what was started.</exception>
    public static ProcessStartInfo Self(params IEnumerable<string> arguments)
    {
        string executable = Environment.ProcessPath ?? throw new InvalidOperationException("The system does not tell which program this is, so it cannot be started again.");
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
        return info;
    }
}
