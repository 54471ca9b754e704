using System.Globalization;
using System.Text;
using System.Text.Json;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Replays;

namespace LayerShuffle.Report.Page;

/// <summary>What the page's scripts draw from, as JSON that may stand in a page: no sign of markup is left in it.</summary>
internal static class PageData
{
    /// <summary>Writes it.</summary>
    public static string Write(IEnumerable<Figure> figures, IEnumerable<ReplayTrial> trials)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) // its usual encoder writes < > & ' as \u003C and so on
        {
            json.WriteStartObject();
            json.WriteStartArray("figures");
            foreach (var figure in figures)
                Write(json, figure);
            json.WriteEndArray();
            json.WriteStartArray("trials");
            foreach (var trial in trials)
                Write(json, trial);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Figure figure)
    {
        json.WriteStartObject();
        json.WriteString("id", figure.Id);
        json.WriteString("title", Words.Shown(figure.Title));
        json.WriteString("subtitle", Words.Shown(figure.Subtitle));
        Texts(json, "notes", figure.Notes);
        Write(json, "x", figure.X);
        json.WriteStartArray("bands");
        foreach (var band in figure.Bands)
        {
            json.WriteStartObject();
            Number(json, "from", band.From);
            Number(json, "to", band.To);
            json.WriteString("label", Words.Shown(band.Label));
            json.WriteString("legend", Words.Shown(band.Legend));
            json.WriteNumber("colour", band.Colour);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("panels");
        foreach (var panel in figure.Panels)
        {
            json.WriteStartObject();
            Number(json, "weight", panel.Weight);
            Write(json, "y", panel.Y);
            json.WriteStartArray("series");
            foreach (var series in panel.Series)
                Write(json, series);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Axis axis)
    {
        json.WriteStartObject(name);
        json.WriteString("label", Words.Shown(axis.Label));
        if (axis.Names is { } names)
            Texts(json, "names", names);
        Number(json, "min", axis.Min ?? double.NaN);
        Number(json, "max", axis.Max ?? double.NaN);
        json.WriteBoolean("isLog", axis.IsLog);
        json.WriteBoolean("isShare", axis.IsShare);
        json.WriteBoolean("isWhole", axis.IsWhole);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Series series)
    {
        json.WriteStartObject();
        json.WriteString("name", Words.Shown(series.Name));
        json.WriteString("look", series.Look.ToString().ToLowerInvariant());
        json.WriteNumber("colour", series.Colour);
        Numbers(json, "x", series.X);
        Numbers(json, "y", series.Y);
        if (series.Low is { } low && series.High is { } high)
        {
            Numbers(json, "low", low);
            Numbers(json, "high", high);
        }

        if (series.Words is { } words)
            Texts(json, "words", words);
        if (series is { ShowsWords: true, Words: not null })
            json.WriteBoolean("showsWords", true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReplayTrial trial)
    {
        json.WriteStartObject();
        json.WriteString("name", Words.Shown(trial.Name));
        json.WriteNumber("trial", trial.Trial);
        Number(json, "end", trial.EndMs);
        Number(json, "unit", trial.UnitMs);
        json.WriteString("leftOut", trial.LeftOut);
        Texts(json, "endpoints", trial.Endpoints);
        Texts(json, "fates", trial.Fates);
        foreach (var (name, columns) in ((string, IReadOnlyDictionary<string, IReadOnlyList<long>>)[])[("hops", trial.Hops), ("requests", trial.Requests)])
        {
            json.WriteStartObject(name);
            foreach (var (letter, values) in columns)
            {
                json.WriteStartArray(letter);
                foreach (var value in values)
                    json.WriteNumberValue(value);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("strikes");
        foreach (var strike in trial.Strikes)
        {
            json.WriteStartArray();
            json.WriteRawValue(Text(strike.FromMs));
            json.WriteRawValue(Text(strike.ToMs));
            json.WriteStringValue(Words.Shown(strike.Target));
            json.WriteStringValue(Words.Shown(strike.Kind));
            json.WriteStringValue(Words.Shown(strike.Fault));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(Words.Shown(text));
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteRawValue(Text(number));
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double number)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(Text(number));
    }

    /// <summary>Six digits are more than a picture shows.</summary>
    private static string Text(double number) => double.IsFinite(number) ? number.ToString("G6", CultureInfo.InvariantCulture) : "null";
}
