using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Reporting;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Supervision;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LayerShuffle.Cli.Commands;

/// <summary>Sends the requests of a wall-clock run to a collector as traces, if <c>--traces</c> asks for it.</summary>
internal static class TracesExport
{
    /// <summary>What the option takes.</summary>
    public const string Values = "otlp[:URL]";

    private const string Option = "--traces";
    private const int MostWaiting = 1 << 20; // spans of a trial come at once

    /// <summary>Starts an exporter.</summary>
    /// <param name="option">The option's value; null: nothing is exported.</param>
    /// <returns>Ends the exporter when disposed, after a last export; null if there is none.</returns>
    /// <exception cref="UsageException">The value is no such thing.</exception>
    public static IDisposable? Start(string? option)
    {
        if (option is null)
            return null;
        Action<OtlpExporterOptions>? address = option == "otlp" ? null // where the OTEL_EXPORTER_OTLP_… variables say, or http://localhost:4317
            : option.StartsWith("otlp:", StringComparison.Ordinal) ? OtlpAddress.Parse($"{Option} {option}", option[5..], "traces")
            : throw new UsageException($"{Option} {option}: expected {Values}.");
        return Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("layershuffle", serviceVersion: ProgramVersion.Current))
            .AddSource(RequestSpans.SourceName)
            .AddOtlpExporter(exporter =>
            {
                exporter.BatchExportProcessorOptions = new() { MaxQueueSize = MostWaiting };
                address?.Invoke(exporter);
            }).Build();
    }

    /// <summary>Says why a run has no traces.</summary>
    /// <exception cref="UsageException">Its clock is virtual.</exception>
    public static void Check(string? option, ScenarioClock clock)
    {
        if (option is not null && clock == ScenarioClock.Virtual)
            throw new UsageException($"{Option} needs `clock: wall`: times of the virtual clock are no times of this world. `explain` tells journeys of both.");
    }
}
