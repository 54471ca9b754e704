using System.Text;

namespace LayerShuffle.Cli.Terminal;

/// <summary>What the program runs in: where it prints, what time it is, how it was started.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Time">The clock of the log and of run.json; it reaches no result.</param>
/// <param name="Started">The words that start the program, to be pasted: <c>layershuffle</c>, or <c>dotnet run -c Release --project src/LayerShuffle.Cli
/// --</c>.</param>
/// <param name="OwnsProcess">Whether the process is the program's: it may listen to signals and end the process.</param>
internal sealed record Surroundings(Screen Output, Screen Error, TimeProvider Time, IReadOnlyList<string> Started, bool OwnsProcess)
{
    /// <summary>Whether runs end by drawing what they measured. The tests of other things turn that off, for all programs that they start.</summary>
    public bool Draws { get; init; } = Environment.GetEnvironmentVariable("LAYERSHUFFLE_REPORT") is not "off";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writers of somebody's choice, in a process of somebody's.</summary>
    public static Surroundings Of(TextWriter output, TextWriter error) =>
        new(Screen.Of(output), Screen.Of(error), TimeProvider.System, ["layershuffle"], false);

    /// <summary>This process.</summary>
    /// <param name="args">The program's arguments.</param>
    public static Surroundings OfProcess(string[] args)
    {
        TextWriter output, error;
        if (OperatingSystem.IsWindows())
        {
            (output, error) = (Console.Out, Console.Error);
        }
        else
        {
            (StandardStream first, StandardStream second) = StandardStream.Open();
            (output, error) = (new StreamWriter(first, Utf8), new StreamWriter(second, Utf8));
        }

        return new Surroundings(Show(output, 1, Console.IsOutputRedirected, false), Show(error, 2, Console.IsErrorRedirected, true), TimeProvider.System,
            HowStarted.By(args), true);
    }

    /// <summary>Whether a terminal is to get colours: see no-color.org; a dumb one knows none.</summary>
    public static bool MayColour(Func<string, string?> variable) => string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";

    private static Screen Show(TextWriter writer, int descriptor, bool redirected, bool mayFail) => new(writer, mayFail)
    {
        IsTerminal = !redirected,
        Width = redirected ? null : Columns(descriptor),
        Colours = !redirected && MayColour(Environment.GetEnvironmentVariable)
            && (!OperatingSystem.IsWindows() || Spectre.Console.AnsiConsole.Profile.Capabilities.Ansi),
        Timed = redirected,
        Height = redirected ? 24 : Rows(descriptor),
        Moves = !redirected && MayMove(Environment.GetEnvironmentVariable)
            && (!OperatingSystem.IsWindows() || Spectre.Console.AnsiConsole.Profile.Capabilities.Ansi),
    };

    /// <summary>Whether a terminal's cursor can be moved: a dumb one's cannot.</summary>
    public static bool MayMove(Func<string, string?> variable) => variable("TERM") != "dumb";

    private static int Rows(int descriptor)
    {
        const int usual = 24;
        return OperatingSystem.IsLinux() && StandardStream.Rows(descriptor) is > 0 and var rows ? rows : usual;
    }

    private static int Columns(int descriptor)
    {
        const int usual = 80, least = 40;
        try
        {
            int? columns = OperatingSystem.IsLinux() ? StandardStream.Columns(descriptor) : Console.WindowWidth;
            return columns is > 0 and var known ? Math.Max(known, least) : usual;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException or InvalidOperationException)
        {
            return usual;
        }
    }
}
