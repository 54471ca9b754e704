using Spectre.Console;
using Spectre.Console.Rendering;

namespace LayerShuffle.Cli.Terminal;

/// <summary>What Spectre draws, as lines of plain text.</summary>
internal static class Drawn
{
    private const int Endless = 10_000;

    /// <summary>Draws something as wide as it likes.</summary>
    public static string[] Lines(IRenderable what)
    {
        using var drawn = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new Endlessly(drawn),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No
        });
        console.Write(what);
        return [.. drawn.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }

    /// <summary>What Spectre draws on: as wide as it likes, and without a look at the real console, which would write to it.</summary>
    private sealed class Endlessly(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => Endless;

        public int Height => Endless;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
