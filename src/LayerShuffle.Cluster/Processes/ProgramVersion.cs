using System.Reflection;

namespace LayerShuffle.Cluster.Processes;

/// <summary>Which build this is: processes of one cluster must be the same.</summary>
public static class ProgramVersion
{
    /// <summary>The informational version of the program that runs: number and commit. Its parts bear no commit, so that one does not compile them all again.</summary>
    public static string Current { get; } =
        (Assembly.GetEntryAssembly() ?? typeof(ProgramVersion).Assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
