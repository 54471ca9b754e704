using System.Text;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// Where the program prints: everything passes <see cref="Printable"/> here, so that no file's content reaches a terminal as commands; only <see cref="Raw"/>
/// does, for our own colours. What is printed is flushed at once. Safe to use from several threads.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="mayFail">Whether the program goes on without it when it cannot be written (stderr); otherwise an <see cref="OutputException"/> is
/// thrown.</param>
internal sealed class Screen(TextWriter writer, bool mayFail = false) : TextWriter
{
    private readonly Lock gate = new();
    private bool broken;

    /// <summary>Whether somebody may be watching.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Columns; null where lines may be as long as they like.</summary>
    public int? Width { get; init; }

    /// <summary>Lines of the terminal.</summary>
    public int Height { get; init; } = 24;

    /// <summary>Whether the cursor can be moved up.</summary>
    public bool Moves { get; init; }

    /// <summary>Whether it shows colours.</summary>
    public bool Colours { get; init; }

    /// <summary>Whether lines of the log bear the time, because nobody sees them come.</summary>
    public bool Timed { get; init; }

    /// <summary>What becomes of each line; null: nothing. <see cref="Raw"/> passes it by.</summary>
    public Func<string, string>? Shaped { get; init; }

    /// <summary>The same screen, where each line is a JSON object.</summary>
    /// <param name="time">What time it is.</param>
    public Screen AsJson(TimeProvider time) => new(writer, mayFail) { IsTerminal = IsTerminal, Shaped = line => JsonLine.Of(time.GetUtcNow(), line) };

    /// <inheritdoc/>
    public override Encoding Encoding => writer.Encoding;

    /// <summary>A writer as a screen: as it is if it is one, or else without terminal, width and colours.</summary>
    public static Screen Of(TextWriter writer) => writer as Screen ?? new Screen(writer);

    /// <inheritdoc/>
    public override void Write(char value) => Put(Printable.Of(value.ToString()));

    /// <inheritdoc/>
    public override void Write(string? value) => Put(Printable.Of(value ?? ""));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Put(Printable.Of(new string(buffer, index, count)));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Put((Shaped is { } shape ? shape(value ?? "") : Printable.Of(value ?? "")) + writer.NewLine);

    /// <inheritdoc/>
    public override void WriteLine() => Put(writer.NewLine);

    /// <summary>Writes our own colours and movements of the cursor. Whatever else is in the text must have passed <see cref="Printable"/>.</summary>
    public void Raw(string text) => Put(text);

    /// <summary>A text in a colour, where there are colours.</summary>
    /// <param name="text">The text; it passes <see cref="Printable"/>.</param>
    /// <param name="colour">How.</param>
    public string Paint(string text, Paint colour) => Colours ? $"\u001b[{(int)colour}m{Printable.Of(text)}\u001b[0m" : Printable.Of(text);

    private void Put(string text)
    {
        lock (gate)
        {
            if (broken)
                return;
            try
            {
                writer.Write(text);
                writer.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                broken = true; // once it failed, nothing more is tried: the rest would have a hole before it
                if (!mayFail)
                    throw new OutputException($"What the program prints cannot be written to its standard output: {e.Message.TrimEnd('.')}.",
                        StandardStream.IsBrokenPipe(e), e);
            }
        }
    }
}

/// <summary>Colours, by their number in the escape sequence.</summary>
internal enum Paint
{
    /// <summary>Bold.</summary>
    Bold = 1,

    /// <summary>Red.</summary>
    Red = 31,

    /// <summary>Green.</summary>
    Green = 32,

    /// <summary>Yellow.</summary>
    Yellow = 33,
}
