using System.Text.Json;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>
/// SkyPilot's format: <c>metadata.gap_seconds</c>, and in <c>data</c> how many instances were available at each gap. Where that is never more than one, all
/// nodes follow it together; else the first so many are up. What its last number says goes on.
/// </summary>
internal static class SkyPilotTrace
{
    public static NodeTrace Parse(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> json = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        (double? Gap, List<int>? Data) read;
        try
        {
            read = Tokens(json);
        }
        catch (JsonException wrong)
        {
            string why = wrong.Message.Split(" LineNumber", StringSplitOptions.None)[0].TrimEnd('.');
            throw new TraceException((int)(wrong.LineNumber ?? 0) + 1, $"it is not JSON: {why}");
        }

        if (read.Gap is not { } gap)
            throw new TraceException(0, "it has no `metadata.gap_seconds`");
        return read.Data is { Count: > 0 } data ? Of(data, gap) : throw new TraceException(0, "it has no `data`");
    }

    private static (double?, List<int>?) Tokens(ReadOnlySpan<byte> json)
    {
        double? gap = null;
        List<int>? data = null;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(json, reader, "it is no JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.GetString();
            reader.Read();
            if (name == "metadata" && reader.TokenType == JsonTokenType.StartObject)
                gap = Gap(json, ref reader);
            else if (name == "data")
                data = Data(json, ref reader);
            else
                reader.Skip();
        }

        return (gap, data);
    }

    private static double? Gap(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        double? gap = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isGap = reader.ValueTextEquals("gap_seconds");
            reader.Read();
            if (!isGap)
                reader.Skip();
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double seconds) && seconds > 0 && seconds < 1e9)
                gap = seconds;
            else
                throw Wrong(json, reader, "`gap_seconds` is no number of seconds");
        }

        return gap;
    }

    private static List<int> Data(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong(json, reader, "`data` is no list");
        List<int> data = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int number) || number is < 0 or > NodeTraceFile.MostNodes)
                throw Wrong(json, reader, $"value {data.Count + 1} of `data` is no number of nodes (0 to {NodeTraceFile.MostNodes})");
            data.Add(number);
        }

        return data;
    }

    private static NodeTrace Of(List<int> data, double gap)
    {
        int most = data.Max();
        OutageList outages = new();
        int up = most;
        for (int i = 0; i < data.Count; i++)
        {
            Duration time = Duration.FromSeconds(i * gap);
            if (most <= 1)
                Turn(null, TraceOutage.Everywhere, data[i] > 0);
            for (int place = Math.Min(up, data[i]); most > 1 && place < Math.Max(up, data[i]); place++)
                Turn(null, place, place < data[i]);
            up = data[i];
            if (outages.Count > NodeTraceFile.MostOutages)
                throw new TraceException(0, $"more than {NodeTraceFile.MostOutages} outages");

            void Turn(string? node, int place, bool isUp)
            {
                if (isUp)
                    outages.Up(node, place, time);
                else
                    outages.Down(node, place, time);
            }
        }

        return new NodeTrace(outages.Close(), most <= 1 ? null : most);
    }

    private static TraceException Wrong(ReadOnlySpan<byte> json, in Utf8JsonReader reader, string problem) =>
        new(1 + json[..(int)Math.Min(reader.TokenStartIndex, json.Length)].Count((byte)'\n'), problem);
}
