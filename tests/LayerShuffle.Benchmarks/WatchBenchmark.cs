using System.Net;
using System.Text;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// What it costs that somebody watches: the program itself runs a scenario with <c>--watch</c> and one reader of the page's events ÷ without. Both write all
/// results and draw no report.
/// </summary>
internal static class WatchBenchmark
{
    private static readonly (string Name, string Scenario, string[] Sets)[] Runs =
    [
        ("3 trials of 40,000 requests", "network-only.yaml", ["workload.requests=40000", "expect=null"]),
        ("30 trials of 4,000 requests under churn", "network-only.yaml", ["workload.requests=4000", "repeats=10", "expect=null",
            "faults.churn={kind: churn, nodes: all, mean_time_to_failure: 5s, mean_time_to_repair: 100ms}"]),
    ];

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        var table = new MarkdownTable("", "÷ unwatched", "95% interval", "s", "unwatched, s", "events", "KB");
        foreach ((string name, string scenario, string[] sets) in Runs)
        {
            string[] own = options.Quick ? [.. sets, "workload.requests=200", "repeats=1"] : sets;
            var reader = new Reader();
            var times = Alternating.Of(options.Pick(5, 1), () => Go(scenario, own, reader), () => Go(scenario, own, null));
            if (reader.Events == 0)
                throw new InvalidOperationException("Nobody was told anything: what was measured is no watched run.");
            table.Add(name, $"{times.Ratio:0.00}", $"{times.Interval.Low:0.00} to {times.Interval.High:0.00}", $"{times.MeasuredSeconds:0.0}",
                $"{times.ReferenceSeconds:0.0}", reader.Events, $"{reader.Bytes / 1000.0:0}");
        }

        table.Print(output);
    }

    private static void Go(string scenario, string[] sets, Reader? reader)
    {
        string folder = Directory.CreateTempSubdirectory("layershuffle-watch").FullName;
        try
        {
            string[] args =
            [
                "run", ShippedScenarios.PathOf(scenario), "--output", Path.Combine(folder, "run"), "--no-report",
                .. reader is null ? Array.Empty<string>() : ["--watch", "127.0.0.1:0"], .. sets.SelectMany(set => new[] { "--set", set }),
            ];
            using var log = new Log(reader);
            using var table = new StringWriter();
            int code = CommandLine.Invoke(args, table, log);
            reader?.Finish();
            if (code != ExitCodes.Done)
                throw new InvalidOperationException($"layershuffle {string.Join(' ', args)} ended with {code}.");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>The run's log, which says where it can be watched.</summary>
    private sealed class Log(Reader? reader) : StringWriter
    {
        private const string Mark = "Watch: ";
        private bool connected;

        public override void Write(char[] buffer, int index, int count) => Look(new string(buffer, index, count));

        public override void Write(string? value) => Look(value);

        public override void WriteLine(string? value) => Look(value);

        private void Look(string? text)
        {
            if (reader is null || connected || text?.IndexOf(Mark, StringComparison.Ordinal) is not (>= 0 and var at))
                return;
            connected = true;
            reader.Connect(new Uri(text[(at + Mark.Length)..].Trim()));
        }
    }

    /// <summary>Reads what a browser would: the page, then its events until the run is over.</summary>
    private sealed class Reader
    {
        private Task reading = Task.CompletedTask;

        /// <summary>Events of the last run.</summary>
        public int Events { get; private set; }

        /// <summary>Bytes of them.</summary>
        public long Bytes { get; private set; }

        public void Connect(Uri page) => reading = Task.Run(() => Read(page));

        public void Finish() => reading.GetAwaiter().GetResult();

        private async Task Read(Uri page)
        {
            (Events, Bytes) = (0, 0);
            using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version11 };
            await client.GetStringAsync(page);
            await using Stream stream = await client.GetStreamAsync(new Uri(page, "events"));
            using var lines = new StreamReader(stream, Encoding.UTF8);
            try
            {
                while (await lines.ReadLineAsync() is { } line)
                {
                    Bytes += line.Length + 1;
                    Events += line.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // the run is over, and its server with it
            }
        }
    }
}
