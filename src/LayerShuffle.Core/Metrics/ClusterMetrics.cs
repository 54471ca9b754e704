using System.Diagnostics.Metrics;

namespace LayerShuffle.Core.Metrics;

/// <summary>
/// What a running cluster can be watched by, through System.Diagnostics.Metrics: meter <see cref="MeterName"/>, names and units after OpenTelemetry's
/// conventions. For looking at only: no result is made of it. A process has one set. Recording costs nothing worth mentioning while nobody listens.
/// Thread-safe.
/// </summary>
public static class ClusterMetrics
{
    /// <summary>The meter's name, which listeners ask for.</summary>
    public const string MeterName = "LayerShuffle";

    private static readonly InstrumentAdvice<double> Latencies =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<double> Computing =
        new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] };

    private static readonly Meter Meter = new(MeterName, typeof(ClusterMetrics).Assembly.GetName().Version?.ToString(3));
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("layershuffle.requests", "{request}", "Requests that have an outcome.");
    private static readonly Histogram<double> RequestDuration =
        Meter.CreateHistogram("layershuffle.request.duration", "s", "From a request's arrival to its outcome.", null, Latencies);
    private static readonly UpDownCounter<long> ActiveRequests =
        Meter.CreateUpDownCounter<long>("layershuffle.request.active", "{request}", "Requests without an outcome yet.");
    private static readonly Counter<long> HopsSentCounter = Meter.CreateCounter<long>("layershuffle.hop.sent", "{hop}",
        "Activations sent to the next layer, repetitions included.");
    private static readonly Counter<long> HopsLostCounter = Meter.CreateCounter<long>("layershuffle.hop.lost", "{hop}", "Activations that did not arrive.");
    private static readonly Counter<long> HopsResentCounter =
        Meter.CreateCounter<long>("layershuffle.hop.resent", "{hop}", "Activations sent again because no acknowledgement came.");
    private static readonly Counter<long> DataSentCounter = Meter.CreateCounter<long>("layershuffle.data_plane.sent", "By",
        "Bytes of frames written to the data plane's connections.");
    private static readonly Histogram<double> LayerDuration =
        Meter.CreateHistogram("layershuffle.layer.duration", "s", "Computing one layer for one request.", null, Computing);
    private static readonly Counter<long> Faults = Meter.CreateCounter<long>("layershuffle.faults", "{fault}", "Faults injected: each beginning.");
    private static readonly Counter<long> TrainingSteps = Meter.CreateCounter<long>("layershuffle.training.steps", "{step}", "Training steps applied.");
    private static readonly Gauge<double> TrainingLoss = Meter.CreateGauge<double>("layershuffle.training.loss", "1", "Loss of the last training step.");
    private static readonly Counter<long> RestoredLayers = Meter.CreateCounter<long>("layershuffle.training.layers_restored", "{layer}",
        "Layers restored from a checkpoint after their node died.");
    private static long membersUp;

    // A process that is no coordinator never says how many there are, and shows none.
    private static readonly ObservableUpDownCounter<long> Members = Meter.CreateObservableUpDownCounter(
        "layershuffle.member.up", () => Volatile.Read(ref membersUp), "{member}", "Members of the cluster that are up.");

    /// <summary>Whether anybody looks.</summary>
    public static bool IsWatched => Requests.Enabled;

    /// <summary>A request has arrived.</summary>
    public static void RequestBegun() => ActiveRequests.Add(1);

    /// <summary>A request that had begun has its outcome.</summary>
    /// <param name="outcome">The outcome's name, as in the results: <c>completed</c>, …</param>
    /// <param name="seconds">From arrival to outcome.</param>
    public static void RequestEnded(string outcome, double seconds)
    {
        var tag = new KeyValuePair<string, object?>("layershuffle.outcome", outcome);
        ActiveRequests.Add(-1);
        Requests.Add(1, tag);
        RequestDuration.Record(seconds, tag);
    }

    /// <summary>An activation was sent.</summary>
    /// <param name="resent">Whether it had been sent before.</param>
    public static void HopSent(bool resent = false)
    {
        HopsSentCounter.Add(1);
        if (resent)
            HopsResentCounter.Add(1);
    }

    /// <summary>An activation was lost.</summary>
    /// <param name="reason">Why: a name of few (a message's fate), not a sentence.</param>
    public static void HopLost(string reason) => HopsLostCounter.Add(1, new KeyValuePair<string, object?>("layershuffle.reason", reason));

    /// <summary>A frame was written.</summary>
    /// <param name="bytes">Its size on the wire.</param>
    /// <param name="peer">The endpoint it went to.</param>
    public static void DataSent(long bytes, int peer) => DataSentCounter.Add(bytes, new KeyValuePair<string, object?>("layershuffle.peer", peer));

    /// <summary>A layer was computed.</summary>
    public static void LayerComputed(int layer, double seconds) =>
        LayerDuration.Record(seconds, new KeyValuePair<string, object?>("layershuffle.layer", layer));

    /// <summary>How many members are up now.</summary>
    public static void SetMembersUp(int members) => Volatile.Write(ref membersUp, members);

    /// <summary>A fault has begun.</summary>
    /// <param name="kind">Its kind, as in scenarios: <c>crash</c>, …</param>
    public static void FaultInjected(string kind) => Faults.Add(1, new KeyValuePair<string, object?>("layershuffle.fault.kind", kind));

    /// <summary>A training step was applied.</summary>
    public static void TrainingStep(double loss)
    {
        TrainingSteps.Add(1);
        TrainingLoss.Record(loss);
    }

    /// <summary>A layer was restored from a checkpoint.</summary>
    public static void LayerRestored(int layer) => RestoredLayers.Add(1, new KeyValuePair<string, object?>("layershuffle.layer", layer));
}
