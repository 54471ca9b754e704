using System.Collections.Concurrent;
using System.Globalization;
using CsvHelper;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>The orders of a training: settings of the draw, or those that a run's requests had.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="folder">The folder that paths are relative to.</param>
internal sealed class OrderBinder(MistakeList mistakes, string folder)
{
    private const int MostOrders = 1_000_000;
    private static readonly CsvReaderOptions Reading = new() { HasHeader = false, TrackLineNumbers = true };

    // A file is read once for all models; one that has changed meanwhile is read again.
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), (OrderTrace? Trace, string? Problem)> Files = [];

    /// <summary>Reads them; uniform where nothing is said.</summary>
    public OrderSpec Bind(MapNode? map)
    {
        if (map is null)
            return OrderSpec.Uniform;
        MapNode? pin = map.Map("pin");
        ScenarioNode? curriculum = map.Get("curriculum"), trace = map.Get("trace");
        foreach (string other in trace is null ? curriculum is null ? (string[])[] : ["mallows"] : ["mallows", "curriculum", "skip", "pin"])
        {
            if (map.Get(other) is { } both)
                mistakes.Add(both, $"`{other}` and `{(trace is null ? "curriculum" : "trace")}` exclude each other", "one of them");
        }

        double? share = Read.Probability(map, "curriculum");
        if (share == 0)
            mistakes.Add(curriculum!, "a curriculum over no part of the training", "a share such as `50%`, or no such key");
        return new OrderSpec
        {
            Mallows = curriculum is null ? Read.Probability(map, "mallows") : null,
            Curriculum = share > 0 ? share : null,
            Trace = trace is ScalarNode file ? Trace(file) : null,
            Skip = Read.Probability(map, "skip") ?? 0,
            PinFirst = Read.Integer(pin, "first", 0),
            PinLast = Read.Integer(pin, "last", 0),
        };
    }

    private OrderTrace? Trace(ScalarNode node)
    {
        string path = ScenarioPath.Resolve(folder, node.Text);
        (OrderTrace? trace, string? problem) = Files.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), static key => Parse(key.Path));
        if (problem is not null)
            mistakes.Add(node, problem, "the requests.csv of a run");
        return trace;
    }

    private static (OrderTrace?, string?) Parse(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var csv = CsvReader.Create(stream, Reading, leaveOpen: true);
            int column = csv.Read() ? Enumerable.Range(0, csv.FieldCount).Select(csv.GetString).ToList().IndexOf("order") : -1;
            if (column < 0)
                return (null, $"{path} has no column `order`");
            List<int[]> orders = [];
            while (csv.Read() && orders.Count < MostOrders)
            {
                string text = column < csv.FieldCount ? csv.GetString(column) : "";
                int?[] ids = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Id)];
                if (ids.Contains(null) || ids.Distinct().Count() < ids.Length)
                    return (null, $"{path}, line {csv.LineNumber}: `{text}` is no order of layers");
                if (ids.Length > 0)
                    orders.Add([.. ids.Select(id => id!.Value)]);
            }

            return orders.Count == 0 ? (null, $"{path} has no request that ran through a layer") : (new OrderTrace(orders), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CsvFormatException)
        {
            return (null, $"{path} cannot be read: {e.Message.Split('\n')[0].TrimEnd('.')}");
        }
    }

    private static int? Id(string word) =>
        word.Length <= 4 && word.All(char.IsAsciiDigit) ? int.Parse(word, CultureInfo.InvariantCulture) : null;
}
