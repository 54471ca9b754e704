using System.Globalization;
using System.Runtime.InteropServices;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Supervision;

/// <summary>
/// Where trained models and shipped weights are kept: where <c>LAYERSHUFFLE_CACHE</c> says, or else in the user's local application data, or, where that cannot
/// be written (a container with any uid, a read-only home), in a temporary folder of the user's own.
/// </summary>
public static class CacheRoot
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "LAYERSHUFFLE_CACHE";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder; it exists and can be written.</summary>
    /// <param name="say">Told in a sentence if it is not where one would look for it.</param>
    /// <exception cref="IOException">The variable names a folder that cannot be written.</exception>
    public static string Find(Action<string>? say = null) => Find(
        Environment.GetEnvironmentVariable(Variable), Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify), Path.GetTempPath(), say);

    /// <summary>The folder, for tests.</summary>
    internal static string Find(string? named, string local, string temporary, Action<string>? say)
    {
        if (!string.IsNullOrEmpty(named))
        {
            string asked = Path.GetFullPath(HomePath.Expand(named));
            return Refusal(asked) is { } reason
                ? throw new IOException($"{Variable} names {asked}, which cannot be written: {reason.TrimEnd('.')}. Name another folder.") : asked;
        }

        string usual = Path.Combine(local, "layershuffle");
        string? why = Path.IsPathRooted(local) ? Refusal(usual) : "this user has no home";
        if (why is null)
            return usual;
        string fallback = Path.Combine(temporary,
            string.Create(CultureInfo.InvariantCulture, $"layershuffle-{(OperatingSystem.IsWindows() ? Environment.UserName : EffectiveUser())}"));
        if (!IsOurs(fallback))
            fallback = Directory.CreateTempSubdirectory("layershuffle-").FullName;
        say?.Invoke($"Trained models are kept in {fallback}, as "
            + $"{(Path.IsPathRooted(local) ? $"{usual} cannot be written" : "there is no home to keep them in")} ({why.TrimEnd('.')}). {Variable} says where "
            + "else.");
        return fallback;
    }

    /// <summary>Why a folder cannot be written; null if it can. It is made where it is missing.</summary>
    private static string? Refusal(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".writable-{Environment.ProcessId}"));
            using (new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1, FileOptions.DeleteOnClose))
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Whether a folder among everybody's temporary files is this user's alone: what only its owner may enter, and we can write, is ours.</summary>
    private static bool IsOurs(string folder)
    {
        if (OperatingSystem.IsWindows())
            return Refusal(folder) is null;
        try
        {
            Directory.CreateDirectory(folder, Private);
            return new DirectoryInfo(folder) is { LinkTarget: null } found && found.UnixFileMode == Private && Refusal(folder) is null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
