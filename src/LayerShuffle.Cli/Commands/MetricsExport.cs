using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Supervision;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace LayerShuffle.Cli.Commands;

/// <summary>Shows the run's metrics elsewhere, with OpenTelemetry, if <c>--metrics</c> asks for it.</summary>
internal static class MetricsExport
{
    /// <summary>What the option takes.</summary>
    public const string Values = "otlp[:URL]|prometheus:PORT|console";

    private const string Option = "--metrics";

    /// <summary>Starts an exporter.</summary>
    /// <param name="option">The option's value (<see cref="Values"/>); null: nothing is exported.</param>
    /// <returns>Ends the exporter when disposed, after a last export; null if there is none.</returns>
    /// <exception cref="UsageException">The value is none of those, or the port is taken.</exception>
    public static IDisposable? Start(string? option)
    {
        if (option is null)
            return null;
        int colon = option.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? option : option[..colon];
        string? rest = colon < 0 ? null : option[(colon + 1)..];
        return (kind, rest) switch
        {
            ("otlp", null) => Build(builder => builder.AddOtlpExporter()), // where the OTEL_EXPORTER_OTLP_… variables say, or http://localhost:4317
            ("otlp", _) => Otlp(OtlpAddress.Parse($"{Option} {option}", rest, "metrics")),
            ("prometheus", { } port) => Prometheus(option, port),
            ("prometheus",
                null) => throw new UsageException($"{Option} {option}: the port is missing. Expected prometheus:PORT, for instance prometheus:9464, which "
                    + "then serves http://localhost:9464/metrics."),
            ("console", null) => Build(builder => builder.AddConsoleExporter()),
            _ => throw new UsageException($"{Option} {option}: expected {Values}."),
        };
    }

    private static MeterProvider Otlp(Action<OtlpExporterOptions> address) => Build(builder => builder.AddOtlpExporter(address));

    private static MeterProvider Prometheus(string option, string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
            throw new UsageException($"{Option} {option}: '{text}' is no port. Expected prometheus:PORT with a port from 1 to 65535, for instance "
                + "prometheus:9464.");
        try
        {
            return Build(builder => builder.AddPrometheusHttpListener(listener =>
            {
                listener.Host = "localhost"; // whoever wants it elsewhere puts a proxy or a collector in front: it has no password
                listener.Port = port;
            }));
        }
        catch (Exception e) when (e.GetBaseException() is HttpListenerException or SocketException)
        {
            // The exporter wraps it in an exception of its own.
            throw new UsageException($"{Option} {option}: localhost:{port} cannot be listened on: {e.GetBaseException().Message.TrimEnd('.')}. Choose another "
                + "port.");
        }
    }

    private static MeterProvider Build(Func<MeterProviderBuilder, MeterProviderBuilder> add) => add(Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.AddService("layershuffle", serviceVersion: ProgramVersion.Current))
        .AddMeter(ClusterMetrics.MeterName)).Build();
}
