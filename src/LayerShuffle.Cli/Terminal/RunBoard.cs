using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Runs.Telling;
using Spectre.Console;

namespace LayerShuffle.Cli.Terminal;

/// <summary>
/// How a run stands, for a terminal: a bar for each model, condition and policy, and the faults that struck last. Safe to use from several threads.
/// </summary>
internal sealed class RunBoard : IRunWatch
{
    private const int MostFaults = 3, BarWidth = 20, BeforePresent = 2, Beside = BarWidth + 22;
    private readonly Lock gate = new();
    private readonly OrderedDictionary<(string Model, string Condition, string Policy), Row> rows = [];
    private readonly Queue<string> faults = [];
    private int present;

    /// <inheritdoc/>
    public void Planned(IReadOnlyList<TrialKey> trials)
    {
        lock (gate)
        {
            rows.Clear();
            faults.Clear();
            present = 0;
            foreach (TrialKey trial in trials)
            {
                if (!rows.TryGetValue(Of(trial), out Row? row))
                    rows.Add(Of(trial), row = new Row());
                row.Trials++;
            }
        }
    }

    /// <inheritdoc/>
    public void Trains(TrainingNews progress)
    {
        // the line above the bars tells it
    }

    /// <inheritdoc/>
    public void Began(TrialKey trial) => Progressed(trial, 0, 0);

    /// <inheritdoc/>
    public void Progressed(TrialKey trial, int done, int requests)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(Of(trial), out Row? row, out int place))
                return;
            row.Share = requests > 0 ? (double)done / requests : 0;
            present = place;
        }
    }

    /// <inheritdoc/>
    public void Struck(LedgerEntry entry)
    {
        lock (gate)
        {
            string fault = entry.Fault.Length > 0 ? $"{entry.Fault} ({entry.Kind})" : entry.Kind;
            faults.Enqueue(string.Create(CultureInfo.InvariantCulture,
                $"at {entry.Time.TotalMilliseconds:0} ms  {fault}: {entry.Target} {entry.Effect.Replace('_', ' ')}"));
            if (faults.Count > MostFaults)
                faults.Dequeue();
        }
    }

    /// <inheritdoc/>
    public void Finished(TrialData trial)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(Of(trial.Key), out Row? row))
                return;
            (row.Done, row.Share) = (row.Done + 1, 0);
            row.Top1 = trial.Metrics.Top1 is { } top1 ? row.Top1 + top1 : null;
        }
    }

    /// <summary>What is shown.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Lines that there may be.</param>
    public IReadOnlyList<string> Lines(int width, int height)
    {
        lock (gate)
        {
            int room = height - faults.Count;
            if (rows.Count == 0 || room < 2)
                return [];
            int shown = Math.Min(rows.Count, rows.Count > room ? room - 1 : room);
            int first = Math.Clamp(present - BeforePresent, 0, rows.Count - shown);
            List<string> lines = [.. Bars(first, shown, width)];
            if (shown < rows.Count)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"  and {rows.Count - shown} more"));
            lines.AddRange(faults.Select(fault => "  " + fault));
            return [.. lines.Select(line => Cut(Printable.OneLine(line), width))];
        }
    }

    private string[] Bars(int first, int count, int width)
    {
        int most = Math.Max(8, width - Beside);
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2));
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(1));
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(1).RightAligned());
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(0));
        for (int i = first; i < first + count; i++)
        {
            ((string model, string condition, string policy), Row row) = rows.GetAt(i);
            string name = $"{model}  {condition}{(policy == "default" ? "" : "  " + policy)}";
            double share = Math.Min(1, (row.Done + row.Share) / row.Trials);
            int full = (int)(share * BarWidth);
            grid.AddRow([.. ((string[])[Cut(Printable.OneLine(name), most), new string('█', full) + new string('░', BarWidth - full), Percent.Of(share, 0),
                row is { Done: > 0, Top1: { } sum } ? $"top-1 {Percent.Of(sum / row.Done)}" : ""]).Select(Markup.Escape)]);
        }

        return Drawn.Lines(grid);
    }

    private static (string, string, string) Of(TrialKey trial) => (trial.Model, trial.Condition, trial.Policy);

    private static string Cut(string line, int width) => line.Length > width ? line[..(width - 1)] + "…" : line;

    private sealed class Row
    {
        public int Trials { get; set; }

        public int Done { get; set; }

        public double Share { get; set; }

        public double? Top1 { get; set; } = 0;
    }
}
