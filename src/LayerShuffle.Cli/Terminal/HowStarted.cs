using System.Globalization;
using System.Text;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Finds out how the program was started, so that what it advises can be pasted.</summary>
internal static class HowStarted
{
    /// <summary>The words before the program's own arguments.</summary>
    public static IReadOnlyList<string> By(string[] args)
    {
        if (OperatingSystem.IsLinux() && Words("self") is { } own)
            return Prefix(own, Parent() is { } parent ? Words(parent) : null, args) ?? Fallback();
        return Fallback();
    }

    /// <summary>
    /// The words before the arguments: of `dotnet run` if that started the program, or else of the process itself; null if the arguments do not stand at the
    /// end.
    /// </summary>
    /// <param name="own">The command line of this process.</param>
    /// <param name="parent">That of the one that started it.</param>
    /// <param name="args">The program's arguments.</param>
    public static IReadOnlyList<string>? Prefix(IReadOnlyList<string> own, IReadOnlyList<string>? parent, IReadOnlyList<string> args)
    {
        bool isRun = parent is { Count: > 2 } && Path.GetFileNameWithoutExtension(parent[0]) == "dotnet" && parent[1] == "run";
        return (isRun ? Before(parent!) : null) ?? Before(own);

        IReadOnlyList<string>? Before(IReadOnlyList<string> words) =>
            words.Count > args.Count && words.Skip(words.Count - args.Count).SequenceEqual(args) ? [.. words.Take(words.Count - args.Count)] : null;
    }

    private static IReadOnlyList<string> Fallback()
    {
        string process = Environment.ProcessPath ?? "layershuffle";
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Environment.GetCommandLineArgs()[0]] : [process];
    }

    private static string[]? Words(string process)
    {
        try
        {
            string text = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/cmdline"));
            return text.Length == 0 ? null : text.TrimEnd('\0').Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Parent()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("PPid:", StringComparison.Ordinal));
            return line is not null && int.TryParse(line[5..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0 ? line[5..].Trim()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
