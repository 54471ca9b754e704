using System.Net;
using System.Net.Sockets;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

public class PrometheusTests
{
    [Fact]
    public async Task What_was_counted_can_be_fetched()
    {
        using IDisposable? export = Start(out int port);
        ClusterMetrics.RequestBegun();
        ClusterMetrics.RequestEnded("completed", 0.2);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        string text = await client.GetStringAsync(new Uri($"http://localhost:{port}/metrics"));
        text.ShouldContain("layershuffle_requests_total{");
        text.ShouldContain("layershuffle_request_duration_seconds_bucket{");
    }

    // A port that was free a moment ago; another one if somebody was faster.
    private static IDisposable? Start(out int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                port = ((IPEndPoint)probe.LocalEndpoint).Port;
            }

            try
            {
                return MetricsExport.Start($"prometheus:{port}");
            }
            catch (UsageException) when (attempt < 5)
            {
                // Taken meanwhile.
            }
        }
    }
}
