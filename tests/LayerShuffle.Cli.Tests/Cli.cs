using LayerShuffle.Cli.Commands;

namespace LayerShuffle.Cli.Tests;

/// <summary>The program, run in this process in a folder of its own.</summary>
internal sealed class Cli : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("layershuffle-cli").FullName;

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public int Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CommandLine.Invoke(args, output, error);
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

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
