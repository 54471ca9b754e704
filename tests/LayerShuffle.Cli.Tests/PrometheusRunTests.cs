using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary><c>run --metrics prometheus:PORT</c> on the virtual clock: what a scraper sees while it runs.</summary>
public class PrometheusRunTests
{
    private const string Scenario = """
        name: watched
        model: none
        cluster: {nodes: 3, compute_time: 2ms}
        network: {latency: 5ms, loss: 20%}
        routing: {timeout: 50ms, retries: 1}
        faults: {outage: {kind: crash, nodes: [node-2], at: 100ms, restart_after: 100ms}}
        conditions: {first: {}, second: {}}
        workload: {requests: 40}
        """;

    [Fact]
    public void A_scraper_sees_the_trials_that_are_done()
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        for (int attempt = 0; ; attempt++)
        {
            int port = FreePort();
            string? page = null;
            // The run cannot go on while its log line is being written: that is when it is looked at.
            using var error = new WatchedWriter(line => page ??= line.StartsWith("trial 1/2  none  first: ", StringComparison.Ordinal)
                ? client.GetStringAsync(new Uri($"http://localhost:{port}/metrics")).GetAwaiter().GetResult() : null);
            int code = CommandLine.Invoke(["run", file, "--output", cli.At($"out{attempt}"), "--metrics", $"prometheus:{port}"], TextWriter.Null, error);
            if (code == ExitCodes.Invalid && error.Text.Contains("Choose another port", StringComparison.Ordinal) && attempt < 5)
                continue; // somebody was faster
            code.ShouldBe(ExitCodes.Done, error.Text);
            Look(page.ShouldNotBeNull(error.Text), File.ReadAllLines(cli.At($"out{attempt}/conditions.csv")));
            return;
        }
    }

    /// <summary>Other tests may run trials of their own in this process, whose numbers are added: at least what this one's results say.</summary>
    private static void Look(string page, string[] conditions)
    {
        double Result(string column) => double.Parse(conditions[1].Split(',')[Array.IndexOf(conditions[0].Split(','), column)], CultureInfo.InvariantCulture);
        double Seen(string name, string label = "") => page.Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split('}')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));

        Result("messages_lost").ShouldBeGreaterThan(0);
        Seen("layershuffle_requests_total", "completed").ShouldBeGreaterThanOrEqualTo(Result("completed"));
        Seen("layershuffle_request_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(Result("requests"));
        Seen("layershuffle_request_duration_seconds_sum").ShouldBeGreaterThan(Result("latency_mean_ms") * Result("completed") / 1000 * 0.999);
        Seen("layershuffle_hop_resent_total").ShouldBeGreaterThan(0);
        Seen("layershuffle_hop_lost_total").ShouldBeGreaterThan(0);
        Seen("layershuffle_faults_total", "crash").ShouldBeGreaterThanOrEqualTo(1);
        Seen("layershuffle_layer_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(Result("layers_executed_mean") * Result("completed") * 0.999);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class WatchedWriter(Action<string> seen) : StringWriter(CultureInfo.InvariantCulture)
    {
        private readonly StringBuilder line = new();

        public string Text => GetStringBuilder().ToString();

        public override void Write(string? value)
        {
            base.Write(value);
            foreach (char c in value ?? "")
            {
                if (c != '\n')
                {
                    line.Append(c);
                    continue;
                }

                seen(line.ToString());
                line.Clear();
            }
        }
    }
}
