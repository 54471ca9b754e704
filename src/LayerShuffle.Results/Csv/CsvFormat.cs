using System.Globalization;
using System.Text;
using CsvHelper;

namespace LayerShuffle.Results.Csv;

/// <summary>How every results file writes its cells, whatever the culture of the machine.</summary>
internal static class CsvFormat
{
    /// <summary>UTF-8 without a byte order mark.</summary>
    public static Encoding Encoding { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Commas, quotes where RFC 4180 needs them, <c>\n</c> at the end of a row.</summary>
    public static CsvWriterOptions Writing { get; } = new() { NewLine = "\n" };

    /// <summary>The header is a record like the others; a row of another length is for the caller to refuse.</summary>
    public static CsvReaderOptions Reading { get; } = new() { HasHeader = false };

    /// <summary>The shortest text that reads back as the same number; blank for null, NaN and infinities.</summary>
    public static string Number(double? value) => value switch
    {
        null => "",
        { } number when !double.IsFinite(number) => "",
        { } number when number == Math.Truncate(number) && Math.Abs(number) < 1L << 53 => ((long)number).ToString(CultureInfo.InvariantCulture),
        { } number => number.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>A whole number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Layer ids separated by spaces; blank for none.</summary>
    public static string Layers(IReadOnlyList<int>? layers) =>
        layers is null ? "" : string.Join(' ', layers.Select(layer => layer.ToString(CultureInfo.InvariantCulture)));

    /// <summary>What a cell says as a number; null where it is blank.</summary>
    public static double? ParseNumber(string cell) => cell.Length == 0 ? null : double.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>What a cell says as a whole number.</summary>
    public static int ParseInteger(string cell) => int.Parse(cell, NumberStyles.Integer, CultureInfo.InvariantCulture);
}
