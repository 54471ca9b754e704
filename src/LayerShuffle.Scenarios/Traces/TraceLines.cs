using System.Globalization;
using System.Text;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>The lines of a trace in text: comments (<c>#</c>) and empty lines are passed over.</summary>
/// <param name="bytes">The file.</param>
internal sealed class TraceLines(ReadOnlyMemory<byte> bytes)
{
    private const int MostShown = 40;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The number of the line that was read last.</summary>
    public int Number { get; private set; }

    /// <summary>The fields of each line, without the spaces around them.</summary>
    /// <exception cref="TraceException">It is no text.</exception>
    public IEnumerable<string[]> Fields()
    {
        using var reader = new StringReader(Text());
        while (reader.ReadLine() is { } line)
        {
            Number++;
            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
                yield return text.Split(',', StringSplitOptions.TrimEntries);
        }
    }

    /// <summary>Something is wrong with the line that was read last.</summary>
    public TraceException Wrong(string problem) => new(Number, problem);

    /// <summary>A time of the trace.</summary>
    /// <param name="text">A number.</param>
    /// <param name="unit">Nanoseconds in its unit.</param>
    /// <param name="last">The time of the line before.</param>
    public Duration Time(string text, double unit, Duration last)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !(number >= 0) || number * unit > long.MaxValue / 4)
            throw Wrong($"`{Shown(text)}` is not a time");
        var time = new Duration((long)Math.Round(number * unit));
        return time < last ? throw Wrong("it is earlier than the line before") : time;
    }

    /// <summary>A text that somebody else wrote, short enough for a message.</summary>
    public static string Shown(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";

    private string Text()
    {
        try
        {
            return Strict.GetString(bytes.Span).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new TraceException(0, "it is not text in UTF-8");
        }
    }
}
