using LayerShuffle.Runs.Failures;
using OpenTelemetry.Exporter;

namespace LayerShuffle.Cli.Commands;

/// <summary>Where an OpenTelemetry collector listens, as <c>otlp:URL</c> says it.</summary>
internal static class OtlpAddress
{
    private const int HttpPort = 4318; // OTLP over HTTP; 4317 is over gRPC

    /// <summary>Sets an exporter's address and protocol: HTTP where the port or a path says so, else gRPC.</summary>
    /// <param name="option">The option with its value, for messages.</param>
    /// <param name="url">The address.</param>
    /// <param name="signal"><c>metrics</c> or <c>traces</c>: the end of the path where none is given.</param>
    /// <exception cref="UsageException">It is no address.</exception>
    public static Action<OtlpExporterOptions> Parse(string option, string url, string signal)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0)
            throw new UsageException($"{option}: '{url}' is no address of a collector. Expected otlp:URL with http or https, for instance "
                + $"otlp:http://localhost:4317 (gRPC) or otlp:http://localhost:4318/v1/{signal} (HTTP).");
        bool http = uri.Port == HttpPort || uri.AbsolutePath != "/";
        Uri endpoint = http && uri.AbsolutePath == "/" ? new Uri(uri, $"v1/{signal}") : uri;
        return exporter =>
        {
            exporter.Endpoint = endpoint;
            exporter.Protocol = http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        };
    }
}
