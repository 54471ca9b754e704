using LayerShuffle.Core;
using LayerShuffle.Security;

namespace LayerShuffle.Supervision;

/// <summary>
/// Where a coordinator that was given no secret leaves the one that it has drawn, for nodes that the same user starts on the same machine: a file for each
/// port, in a folder that only that user may enter.
/// </summary>
public static class JoinFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file of a port.</summary>
    public static string Of(int port) => Path.Combine(Folder, FormattableString.Invariant($"{port}.secret"));

    /// <summary>Leaves the secret of a coordinator that listens on a port.</summary>
    /// <exception cref="ClusterException">There is no place for it.</exception>
    public static void Write(int port, byte[] secret)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Folder); // a user's own data there are nobody else's
            else
                Directory.CreateDirectory(Folder, OwnerOnly | UnixFileMode.UserExecute);
            string file = Of(port), beside = file + ".new";
            File.Delete(beside);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var stream = new FileStream(beside, options))
                stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)));
            File.Move(beside, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"The secret for nodes that join on this machine could not be left in {Of(port)}: {exception.Message} Give one to all "
                + "with --secret-file FILE instead.", exception);
        }
    }

    /// <summary>The secret of the coordinator that listens on a port, if this user started it on this machine; null: there is none.</summary>
    /// <exception cref="ClusterIdentityException">Others may read or change it, or it cannot be read.</exception>
    public static byte[]? Read(int port)
    {
        if (!File.Exists(Of(port)))
            return null;
        try
        {
            return Convert.FromHexString(System.Text.Encoding.ASCII.GetString(SharedSecret.Read(Of(port))));
        }
        catch (FormatException exception)
        {
            throw new ClusterIdentityException($"{Of(port)} does not hold what a coordinator left there: remove it.", exception);
        }
    }

    /// <summary>Takes it away again, if it is still this one.</summary>
    public static void Remove(int port, byte[] secret)
    {
        try
        {
            if (Read(port) is { } left && left.AsSpan().SequenceEqual(secret))
                File.Delete(Of(port));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ClusterIdentityException)
        {
            // it says nothing to anybody: the run is over
        }
    }

    private static string Folder
    {
        get
        {
            string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            return !string.IsNullOrEmpty(runtime) && Directory.Exists(runtime)
                ? Path.Combine(runtime, "layershuffle")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
                    "layershuffle", "joining");
        }
    }
}
