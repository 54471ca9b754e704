using System.Globalization;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Supervision;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LayerShuffle.Cli.Commands;

/// <summary>
/// Sends the requests of a wall-clock run to a collector as traces, if <c>--traces</c> asks for it. The coordinator and each node are services of their
/// own there, and the run is the instance of each.
/// </summary>
internal sealed class TracesExport : IDisposable
{
    /// <summary>What the option takes.</summary>
    public const string Values = "otlp[:URL]";

    private const string Option = "--traces", Service = "layershuffle";
    private const int MostWaiting = 1 << 18; // spans of a trial come at once

    private readonly TracerProvider[] providers;

    private TracesExport(TracerProvider[] providers) => this.providers = providers;

    /// <summary>Starts an exporter.</summary>
    /// <param name="option">The option's value; null: nothing is exported.</param>
    /// <param name="scenario">The scenario, for its clock and nodes.</param>
    /// <returns>Ends the exporter when disposed, after a last export; null if there is none.</returns>
    /// <exception cref="UsageException">The value is no such thing, or the scenario's clock is virtual.</exception>
    public static TracesExport? Start(string? option, Scenario scenario)
    {
        if (option is null)
            return null;
        Action<OtlpExporterOptions>? address = option == "otlp" ? null // where the OTEL_EXPORTER_OTLP_… variables say, or http://localhost:4317
            : option.StartsWith("otlp:", StringComparison.Ordinal) ? OtlpAddress.Parse($"{Option} {option}", option[5..], "traces")
            : throw new UsageException($"{Option} {option}: expected {Values}.");
        if (scenario.Clock == ScenarioClock.Virtual)
            throw new UsageException($"{Option} needs `clock: wall`: times of the virtual clock are no times of this world. `explain` tells journeys of both.");
        string run = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Environment.ProcessId}");
        IEnumerable<string> endpoints = scenario.Nodes.Select(node => node.Name).Prepend(ClusterSpec.Coordinator);
        return new TracesExport([.. endpoints.Select(endpoint => Build(endpoint, run, address))]);
    }

    /// <inheritdoc/>
    public void Dispose() => Parallel.ForEach(providers, provider => provider.Dispose()); // where nobody listens, each waits for that

    private static TracerProvider Build(string endpoint, string run, Action<OtlpExporterOptions>? address) => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService(endpoint == ClusterSpec.Coordinator ? Service : $"{Service}.{endpoint}", serviceNamespace: Service,
            serviceVersion: ProgramVersion.Current, autoGenerateServiceInstanceId: false, serviceInstanceId: run))
        .AddSource(RequestSpans.SourceOf(endpoint))
        .AddOtlpExporter(exporter =>
        {
            exporter.BatchExportProcessorOptions = new() { MaxQueueSize = MostWaiting };
            address?.Invoke(exporter);
        }).Build();
}
