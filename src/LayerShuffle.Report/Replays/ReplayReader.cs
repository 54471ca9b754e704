using System.Globalization;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Csv;

namespace LayerShuffle.Report.Replays;

/// <summary>Takes from <c>hops.csv</c> what a page can hold: the most telling trials, a thousand requests of each, and so many hops in all.</summary>
internal static class ReplayReader
{
    private const int MostTrials = 8, MostRequests = 1000, MostHops = 45_000, MostStrikes = 400;
    private const string Coordinator = "coordinator";

    /// <summary>The trials that can be played, the most telling first.</summary>
    /// <param name="run">The run.</param>
    /// <param name="from">Where their hops begin in the file; 0: anywhere.</param>
    public static IReadOnlyList<ReplayTrial> Read(RunFolder run, long from = 0)
    {
        if (CsvTable.Open(run.Path, ResultsFiles.Hops, from) is not { } table)
            return [];
        int[] telling = [.. TimelineFigure.Telling(run, MostTrials)];
        var wanted = telling.ToHashSet();
        var columns = telling.ToDictionary(trial => trial, _ => new Columns());
        foreach (var row in table.Rows(wanted.Contains))
            columns[row.Integer("trial")!.Value].Add(row, MostRequests);
        var left = MostHops;
        var trials = new List<ReplayTrial>();
        foreach (var trial in telling)
        {
            var own = columns[trial];
            if (own.Count == 0 || left <= 0)
                continue;
            var replay = Trial(run, trial, own, left);
            left -= replay.Hops["s"].Count;
            trials.Add(replay);
        }

        return trials;
    }

    private static ReplayTrial Trial(RunFolder run, int trial, Columns hops, int most)
    {
        var requests = run.Requests[trial];
        var end = Math.Max(TimelineFigure.End(run, trial, requests), 1);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(end)) - 5); // six digits
        var kept = hops.Cut(most);
        string[] endpoints = [Coordinator, .. hops.Endpoints.Where(name => name != Coordinator).OrderBy(name => name.Length)
            .ThenBy(name => name, StringComparer.Ordinal)];
        var of = endpoints.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var traced = kept.Select(hop => hop.Request).ToHashSet();
        int[] rows = [.. Enumerable.Range(0, requests.Numbers.Count).Where(i => traced.Contains(requests.Numbers[i]))];
        long Units(double ms) => (long)Math.Round(ms / unit);
        long After(double? ms, double from) => ms is { } at ? Math.Max(0, Units(at) - Units(from)) : -1;
        var strikes = Strike.Of(run, trial, end);
        return new ReplayTrial(trial, TimelineFigure.Name(run, trial), end, unit)
        {
            Endpoints = endpoints,
            Fates = hops.Fates,
            Hops = new Dictionary<string, IReadOnlyList<long>>
            {
                ["r"] = [.. kept.Select(hop => (long)hop.Request)],
                ["b"] = [.. kept.Select(hop => (long)hop.Branch)],
                ["p"] = [.. kept.Select(hop => (long)hop.Position)],
                ["a"] = [.. kept.Select(hop => (long)hop.Attempt)],
                ["f"] = [.. kept.Select(hop => (long)of[hop.From])],
                ["t"] = [.. kept.Select(hop => (long)of[hop.To])],
                ["l"] = [.. kept.Select(hop => (long)hop.Layer)],
                ["s"] = [.. kept.Select(hop => Units(hop.Sent))],
                ["d"] = [.. kept.Select(hop => After(hop.Delivered, hop.Sent))],
                ["k"] = [.. kept.Select(hop => After(hop.Acked, hop.Sent))],
                ["c"] = [.. kept.Select(hop => After(hop.Begun, hop.Sent))],
                ["e"] = [.. kept.Select(hop => After(hop.Ended, hop.Sent))],
                ["x"] = [.. kept.Select(hop => (long)hop.Fate)],
            },
            Requests = new Dictionary<string, IReadOnlyList<long>>
            {
                ["n"] = [.. rows.Select(i => (long)requests.Numbers[i])],
                ["s"] = [.. rows.Select(i => Units(requests.SubmittedMs[i]))],
                ["l"] = [.. rows.Select(i => double.IsFinite(requests.LatencyMs[i]) ? Units(requests.LatencyMs[i]) : -1)],
                ["k"] = [.. rows.Select(i => (long)requests.Skipped[i])],
                ["a"] = [.. rows.Select(i => (long)requests.Resends[i])],
                ["i"] = [.. rows.Select(i => (long)requests.Images[i])],
                ["c"] = [.. rows.Select(i => (long)requests.Correct[i])],
            },
            Strikes = [.. strikes.Take(MostStrikes)],
            LeftOut = LeftOut(requests.Numbers.Count, traced.Count, strikes.Count),
        };
    }

    private static string LeftOut(int requests, int traced, int strikes)
    {
        var text = traced < requests ? string.Create(CultureInfo.InvariantCulture,
            $"{traced} of {requests} requests are played: those that were traced (`trace` in the scenario), {MostRequests} at most.") : "";
        return strikes > MostStrikes ? text + string.Create(CultureInfo.InvariantCulture, $" The first {MostStrikes} of {strikes} strikes are shown.") : text;
    }

    private readonly record struct Hop(int Request, int Branch, int Position, int Attempt, string From, string To, int Layer, double Sent, double? Delivered,
        double? Acked, double? Begun, double? Ended, int Fate);

    /// <summary>The hops of a trial while they are read.</summary>
    private sealed class Columns
    {
        private readonly List<Hop> _hops = [];
        private readonly HashSet<int> _requests = [];
        private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

        public int Count => _hops.Count;

        public IEnumerable<string> Endpoints => _names.Keys;

        public List<string> Fates { get; } = [];

        public void Add(CsvRow row, int mostRequests)
        {
            if (row.Integer("request") is not { } request || row.Number("sent_ms") is not { } sent
                || (!_requests.Contains(request) && _requests.Count >= mostRequests))
                return;
            _requests.Add(request);
            var fate = row["fate"];
            if (!Fates.Contains(fate))
                Fates.Add(fate);
            _hops.Add(new Hop(request, row.Integer("branch") ?? 0, row.Integer("position") ?? 0, row.Integer("attempt") ?? 0, Known(row["from"]),
                Known(row["to"]), row.Integer("layer") ?? -1, sent, row.Number("delivered_ms"), row.Number("acked_ms"), row.Number("compute_start_ms"),
                row.Number("compute_end_ms"), Fates.IndexOf(fate)));
        }

        /// <summary>The hops in the order of their sending, whole requests of them.</summary>
        public List<Hop> Cut(int most)
        {
            var requests = new HashSet<int>();
            var count = 0;
            foreach (var request in _hops.GroupBy(hop => hop.Request))
            {
                if (count + request.Count() > most && count > 0)
                    break;
                count += request.Count();
                requests.Add(request.Key);
            }

            return [.. _hops.Where(hop => requests.Contains(hop.Request)).OrderBy(hop => hop.Sent)];
        }

        private string Known(string name)
        {
            if (!_names.TryGetValue(name, out var known))
                _names[name] = known = name;
            return known;
        }
    }
}
