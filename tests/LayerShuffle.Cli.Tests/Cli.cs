using LayerShuffle.Cli.Commands;

namespace LayerShuffle.Cli.Tests;

/// <summary>The program, run in this process in a folder of its own.</summary>
internal sealed class Cli : Scratch
{
    /// <summary>The built program, for tests that start it as a process: it is precompiled, the copy beside the tests is not.</summary>
    public static string Assembly
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(own.Parent!.Parent!.FullName, "LayerShuffle.Cli", own.Name, "layershuffle.dll");
        }
    }

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
}
