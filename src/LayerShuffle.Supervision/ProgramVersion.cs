using System.Reflection;

namespace LayerShuffle.Supervision;

/// <summary>Which build this is: processes of one cluster must be the same.</summary>
public static class ProgramVersion
{
    /// <summary>
    /// The informational version of the program that runs: number and commit. Its parts bear no commit, so that one does not compile them all again.
    /// </summary>
    public static string Current { get; } = Program().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The program's assembly, also where somebody else's process has loaded it; else that of the process.</summary>
    private static Assembly Program()
    {
        try
        {
            return Assembly.Load("layershuffle");
        }
        catch (FileNotFoundException)
        {
            return Assembly.GetEntryAssembly() ?? typeof(ProgramVersion).Assembly;
        }
    }
}
