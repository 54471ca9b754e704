using System.Reflection;

namespace LayerShuffle.Cluster.Processes;

/// <summary>Which build this is: processes of one cluster must be the same.</summary>
public static class ProgramVersion
{
    /// <summary>The informational version: number and commit.</summary>
    public static string Current { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
