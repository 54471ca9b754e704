using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Swarm.Books;

/// <summary>A span of time in nanoseconds, the end not included; an end of <see cref="long.MaxValue"/> has not come.</summary>
/// <param name="Begin">Its beginning.</param>
/// <param name="End">Its end.</param>
internal sealed record Span(long Begin, long End)
{
    public bool Holds(long? time) => time >= Begin && time < End;
}

/// <summary>What a trial was asked for, and what its files say of it.</summary>
internal sealed class TrialBook
{
    private readonly Dictionary<string, IReadOnlyList<Span>> down = [], paused = [];

    /// <summary>Takes a trial from its files.</summary>
    public TrialBook(PlannedTrial planned, IEnumerable<CsvRow> requests, IEnumerable<CsvRow> hops, IEnumerable<CsvRow> links, IEnumerable<CsvRow> faults,
        CsvRow condition)
    {
        (Planned, Condition) = (planned, condition);
        Requests = [.. requests.Select(row => new RequestRow(row))];
        Hops = [.. hops.Select(row => new HopRow(row))];
        Links = [.. links.Select(row => new LinkRow(row))];
        Faults = [.. faults.Select(row => new FaultRow(row))];
        Length = (long)Math.Round(condition.Number("duration_s")!.Value * 1e9);
        long warmUp = planned.Spec.Workload.WarmUp.Nanoseconds;
        End = warmUp > 0 && Length == 0 && !IsWeighed ? LastSeen() : Length + warmUp;
        foreach (string node in planned.Spec.Cluster.Nodes.Select(node => node.Name))
        {
            FaultRow[] own = [.. Faults.Where(row => row.Target == node)];
            down[node] = Spans(own, row => IsDeath(row.Kind) && row.Effect == "began", row => row.Effect == "restarted");
            paused[node] = Spans(own, row => row.Kind == "pause" && row.Effect == "began",
                row => (row.Kind == "pause" && row.Effect == "ended") || (IsDeath(row.Kind) && row.Effect == "began"));
        }
    }

    /// <summary>What was asked for.</summary>
    public PlannedTrial Planned { get; }

    public IReadOnlyList<RequestRow> Requests { get; }

    public IReadOnlyList<HopRow> Hops { get; }

    public IReadOnlyList<LinkRow> Links { get; }

    public IReadOnlyList<FaultRow> Faults { get; }

    /// <summary>Its rows of <c>recovery.csv</c>.</summary>
    public IReadOnlyList<CsvRow> Recovery { get; init; } = [];

    /// <summary>Its rows of <c>reliability.csv</c>.</summary>
    public IReadOnlyList<CsvRow> Sets { get; init; } = [];

    /// <summary>Its rows of <c>importance.csv</c>.</summary>
    public IReadOnlyList<CsvRow> Importance { get; init; } = [];

    /// <summary>Whether sets of dead nodes are weighed, so that nothing happens in time.</summary>
    public bool IsWeighed => Planned.Spec.Reliability is not null;

    /// <summary>Its row of <c>conditions.csv</c>.</summary>
    public CsvRow Condition { get; }

    /// <summary>How long it was measured, in nanoseconds.</summary>
    public long Length { get; }

    /// <summary>When it ended: the warm-up is not measured. Where nothing was, the last that is known of it.</summary>
    public long End { get; }

    /// <summary>When a node was down.</summary>
    public IReadOnlyList<Span> Down(string endpoint) => down.GetValueOrDefault(endpoint, []);

    /// <summary>When a node was paused.</summary>
    public IReadOnlyList<Span> Paused(string endpoint) => paused.GetValueOrDefault(endpoint, []);

    /// <summary>Which life of a node it is at a time, from 1.</summary>
    public int Life(string endpoint, long time) => 1 + Down(endpoint).Count(span => span.End <= time);

    /// <summary>A name for messages.</summary>
    public string Name => $"trial {Planned.Spec.Key.Trial} ({Planned.Spec.Key.Policy}, {Planned.Spec.Key.Condition}, repeat {Planned.Spec.Key.Repeat})";

    /// <summary>Whether a kind of faults takes nodes down.</summary>
    public static bool IsDeath(string kind) => kind is "crash" or "churn" or "trace";

    private long LastSeen() => Requests.Select(request => request.Submitted + (request.Latency ?? 0)).Concat(Faults.Select(row => row.Time))
        .Concat(Hops.SelectMany(hop => (long?[])[hop.Sent, hop.Delivered, hop.Acked, hop.Start, hop.End]).OfType<long>()).Max();

    private static List<Span> Spans(FaultRow[] rows, Func<FaultRow, bool> begins, Func<FaultRow, bool> ends)
    {
        List<Span> spans = [];
        long? since = null;
        foreach (FaultRow row in rows)
        {
            if (since is { } begun && ends(row))
            {
                spans.Add(new Span(begun, row.Time));
                since = null;
            }
            else if (since is null && begins(row))
            {
                since = row.Time;
            }
        }

        return since is { } open ? [.. spans, new Span(open, long.MaxValue)] : spans;
    }
}
