namespace LayerShuffle.Tests;

/// <summary>A folder of a test's own, which goes with it.</summary>
internal class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("layershuffle-test").FullName;

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite); // a secret that others may read is refused
        return At(name);
    }

    public void Dispose() => Directory.Delete(Folder, true);
}
