using System.Globalization;
using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;
using Parquet;
using Parquet.Schema;

namespace LayerShuffle.Results.Parquet;

/// <summary>
/// Writes results files as Parquet beside the CSV: the same columns and rows, with types. A column's type goes by its name, never by what happens to be in it,
/// so that files of different runs can be read together. Every column may be null, which is blank in CSV.
/// </summary>
public static class ParquetCopy
{
    private const int RowsInGroup = 100_000;

    private static readonly HashSet<string> Texts =
    [
        "model", "policy", "condition", "scenario", SweptColumns.BaseCondition, "outcome", "order", "skipped", "pruned", "from", "to", "fate", "fault", "kind",
        "target", "effect", "set", "probe", "other", "metric", "paired_by", "method",
    ];

    private static readonly HashSet<string> Counts =
    [
        "trial", "training_seed", "repeat", "seed", "request", "first_image", "image", "images", "correct", "correct_top5", "branch", "position", "attempt",
        "layer",
        "requests", "completed", "failed", "messages_sent", "messages_lost", "messages_duplicated", "messages_corrupted", "messages_reordered", "retries",
        "results_superseded", "bytes_sent", "unhealed", "training_seeds", "repeats", "delivered", "lost", "duplicated", "corrupted", "reordered",
        "dropped_link_down", "dropped_receiver_down", "control_messages", "bytes", "dropped_queue", "packets_lost", "epoch", "step", "nodes_down",
        "requests_hit", "requests_failed", "steps_lost", "steps_repeated", "steps_to_regain", "n", "layers_missing", "hedges",
        "steps_hit", "layers_skipped",
    ];

    private static readonly string[] NotRows = [ResultsFiles.Seals];

    /// <summary>Writes a Parquet file beside every CSV file of a folder; new ones take older ones' places at once.</summary>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> WriteAll(string folder)
    {
        List<string> written = [];
        foreach (string csv in Directory.EnumerateFiles(folder, "*.csv").Where(path => !NotRows.Contains(Path.GetFileName(path)))
            .Order(StringComparer.Ordinal))
        {
            if (new FileInfo(csv).Length == 0)
                continue;
            string target = Path.ChangeExtension(csv, ".parquet");
            Disk.Replace(target, stream => Write(csv, stream).GetAwaiter().GetResult(), durable: false);
            written.Add(target);
        }

        return written;
    }

    private static async Task Write(string csv, Stream target)
    {
        IReadOnlyList<string> columns = ResultsReader.Columns(csv);
        HashSet<string> swept = [.. columns.Where(column => columns.Contains(column + SweptKeyColumns.NumberSuffix))]; // membership only
        Column[] all = [.. columns.Select(name => Of(name, swept.Contains(name)))];
        ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. all.Select(column => (Field)column.Field)]), target).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            bool any = false;
            foreach (ResultsRow[] rows in ResultsReader.Rows(csv).Chunk(RowsInGroup))
            {
                await Group(writer, all, rows).ConfigureAwait(false);
                any = true;
            }

            if (!any)
                await Group(writer, all, []).ConfigureAwait(false);
        }
    }

    private static async Task Group(ParquetWriter writer, Column[] columns, ResultsRow[] rows)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (Column column in columns)
            await column.Write(group, rows).ConfigureAwait(false);
        group.CompleteValidate();
    }

    private static Column Of(string name, bool swept) =>
        swept || Texts.Contains(name) ? new TextColumn(name)
        : name is "warm_up" or "within_noise" ? new FlagColumn(name)
        : Counts.Contains(name) || name.EndsWith("_n", StringComparison.Ordinal) ? new CountColumn(name)
        : new NumberColumn(name);

    private abstract class Column(string name, Type type)
    {
        public DataField Field { get; } = new(name, type, true);

        protected string Name => name;

        public abstract Task Write(ParquetRowGroupWriter group, ResultsRow[] rows);
    }

    private sealed class TextColumn(string name) : Column(name, typeof(string))
    {
        public override async Task Write(ParquetRowGroupWriter group, ResultsRow[] rows) =>
            await group.WriteAsync(Field, (IReadOnlyCollection<string>)[.. rows.Select(row => row[Name])]).ConfigureAwait(false);
    }

    private sealed class FlagColumn(string name) : Column(name, typeof(bool))
    {
        public override async Task Write(ParquetRowGroupWriter group, ResultsRow[] rows) =>
            await group.WriteAsync<bool>(Field, (bool?[])[.. rows.Select(row => row[Name].Length == 0 ? null : (bool?)(row[Name] == "true"))])
                .ConfigureAwait(false);
    }

    private sealed class CountColumn(string name) : Column(name, typeof(long))
    {
        public override async Task Write(ParquetRowGroupWriter group, ResultsRow[] rows) =>
            await group.WriteAsync<long>(Field, (long?[])[.. rows.Select(row => row[Name].Length == 0 ? null
                : (long?)long.Parse(row[Name], NumberStyles.Integer, CultureInfo.InvariantCulture))]).ConfigureAwait(false);
    }

    private sealed class NumberColumn(string name) : Column(name, typeof(double))
    {
        public override async Task Write(ParquetRowGroupWriter group, ResultsRow[] rows) =>
            await group.WriteAsync<double>(Field, (double?[])[.. rows.Select(row => CsvFormat.ParseNumber(row[Name]))]).ConfigureAwait(false);
    }
}
