using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LayerShuffle.Security;

/// <summary>Files that only their owner may read: whoever reads a cluster's secret or a process's private key is one of the cluster.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Refuses a file that others may read or write. Where files have no such rights (Windows), and where there is no file, nothing happens.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it holds.</param>
    /// <exception cref="ClusterIdentityException">Others may.</exception>
    public static void Check(string path, string what)
    {
        if (OperatingSystem.IsWindows())
            return;
        UnixFileMode mode;
        try
        {
            using SafeFileHandle file = File.OpenHandle(path); // by a handle: the rights of a symbolic link are not those of its file
            mode = File.GetUnixFileMode(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return; // who reads it says so
        }

        if ((mode & Others) != 0)
        {
            throw new ClusterIdentityException(string.Create(CultureInfo.InvariantCulture,
                $"The {what} {path} may be read or changed by others than its owner (mode {Convert.ToString((int)mode & 0x1FF, 8)}), and whoever has it "
                    + $"belongs to the cluster. Take that right away: chmod 600 {path}"));
        }
    }
}
