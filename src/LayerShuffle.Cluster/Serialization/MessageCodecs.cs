using System.Collections.Frozen;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Blobs;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>
/// Every message that travels between processes: one line each. What is not here does not travel. Manifests and kinds are for ever; whoever changes a format
/// raises its version.
/// </summary>
public static class MessageCodecs
{
    /// <summary>Messages without tensors: the control plane.</summary>
    public static IReadOnlyList<MessageCodec> Control { get; } =
    [
        new MessageCodec<HopAcknowledged>("hop-ack", HopCodecs.WriteAcknowledged, HopCodecs.ReadAcknowledged, version: 3),
        new MessageCodec<HopReleased>("hop-release", HopCodecs.WriteReleased, HopCodecs.ReadReleased, version: 2),
        new MessageCodec<RequestFailed>("request-failed", HopCodecs.WriteFailed, HopCodecs.ReadFailed, version: 2),
        new MessageCodec<HeartbeatAsked>("heartbeat", HopCodecs.WriteAsked, HopCodecs.ReadAsked),
        new MessageCodec<HeartbeatAnswered>("heartbeat-answer", HopCodecs.WriteAnswered, HopCodecs.ReadAnswered),
        new MessageCodec<StartWorkload>("start", NodeCodecs.WriteNothing, NodeCodecs.ReadStartWorkload),
        new MessageCodec<SubmitRequest>("submit", NodeCodecs.WriteSubmitRequest, NodeCodecs.ReadSubmitRequest),
        new MessageCodec<CrashNode>("crash", NodeCodecs.WriteNothing, NodeCodecs.ReadCrashNode),
        new MessageCodec<RestartNode>("restart", NodeCodecs.WriteRestartNode, NodeCodecs.ReadRestartNode, version: 2),
        new MessageCodec<LayersBack>("layers-back", NodeCodecs.WriteLayersBack, NodeCodecs.ReadLayersBack),
        new MessageCodec<SetSlowdown>("slowdown", NodeCodecs.WriteSetSlowdown, NodeCodecs.ReadSetSlowdown),
        new MessageCodec<PeerDown>("peer-down", NodeCodecs.WritePeerDown, NodeCodecs.ReadPeerDown),
        new MessageCodec<TrialSpec>("trial", TrialSpecCodec.Write, TrialSpecCodec.Read, version: 4),
        new MessageCodec<HopEvents>("hop-events", TraceCodecs.WriteEvents, TraceCodecs.ReadEvents, version: 3),
        new MessageCodec<LinkReport>("links", TraceCodecs.WriteLinkReport, TraceCodecs.ReadLinkReport, version: 4),
        new MessageCodec<OfferBlobs>("offer-blobs", BlobCodecs.WriteOffer, BlobCodecs.ReadOffer),
        new MessageCodec<WantBlobs>("want-blobs", BlobCodecs.WriteWant, BlobCodecs.ReadWant),
        new MessageCodec<BlobsHere>("blobs-here", BlobCodecs.WriteHere, BlobCodecs.ReadHere),
        new MessageCodec<BlobsRefused>("blobs-refused", BlobCodecs.WriteRefused, BlobCodecs.ReadRefused),
        new MessageCodec<PrepareStep>("prepare", TrainingCodecs.WritePrepareStep, TrainingCodecs.ReadPrepareStep),
        new MessageCodec<StepPrepared>("prepared", TrainingCodecs.WriteStepPrepared, TrainingCodecs.ReadStepPrepared),
        new MessageCodec<CommitStep>("commit", TrainingCodecs.WriteCommitStep, TrainingCodecs.ReadCommitStep),
        new MessageCodec<StepCommitted>("committed", TrainingCodecs.WriteStepCommitted, TrainingCodecs.ReadStepCommitted),
        new MessageCodec<AbortStep>("abort", TrainingCodecs.WriteAbortStep, TrainingCodecs.ReadAbortStep),
        new MessageCodec<StepAborted>("aborted", TrainingCodecs.WriteStepAborted, TrainingCodecs.ReadStepAborted),
        new MessageCodec<ExportState>("export", TrainingCodecs.WriteExportState, TrainingCodecs.ReadExportState),
        new MessageCodec<StateImported>("imported", TrainingCodecs.WriteStateImported, TrainingCodecs.ReadStateImported),
        new MessageCodec<RoutedControl>("routed", WallCodecs.WriteRouted, WallCodecs.ReadRouted),
        new MessageCodec<PrepareTrial>("prepare-trial", WallCodecs.WritePrepare, WallCodecs.ReadPrepare, version: 5),
        new MessageCodec<TrialPrepared>("trial-prepared", WallCodecs.WritePrepared, WallCodecs.ReadPrepared),
        new MessageCodec<StartTrial>("start-trial", WallCodecs.WriteStart, WallCodecs.ReadStart),
        new MessageCodec<EndTrial>("end-trial", WallCodecs.WriteEnd, WallCodecs.ReadEnd, version: 2),
        new MessageCodec<TrialLeft>("trial-left", WallCodecs.WriteLeft, WallCodecs.ReadLeft),
        new MessageCodec<LayersMoved>("layers-moved", WallCodecs.WriteMoved, WallCodecs.ReadMoved),
        new MessageCodec<PeerUp>("peer-up", WallCodecs.WriteUp, WallCodecs.ReadUp),
        new MessageCodec<RequestsEnded>("requests-ended", WallCodecs.WriteEnded, WallCodecs.ReadEnded),
        new MessageCodec<WorkerHello>("worker-hello", WallCodecs.WriteHello, WallCodecs.ReadHello),
        new MessageCodec<WorkerProblem>("worker-problem", WallCodecs.WriteProblem, WallCodecs.ReadProblem),
        new MessageCodec<ClockProbe>("clock-probe", WallCodecs.WriteProbe, WallCodecs.ReadProbe),
        new MessageCodec<ClockProbed>("clock-probed", WallCodecs.WriteProbed, WallCodecs.ReadProbed),
        new MessageCodec<KeepLayers>("keep-layers", WallCodecs.WriteKeep, WallCodecs.ReadKeep),
        new MessageCodec<HostLayers>("host-layers", WallCodecs.WriteHost, WallCodecs.ReadHost),
        new MessageCodec<LayersHosted>("layers-hosted", WallCodecs.WriteHosted, WallCodecs.ReadHosted, version: 2),
        new MessageCodec<HostTraining>("host-training", WallCodecs.WriteHostTraining, WallCodecs.ReadHostTraining),
        new MessageCodec<TrainingHosted>("training-hosted", WallCodecs.WriteTrainingHosted, WallCodecs.ReadTrainingHosted, version: 2),
        new MessageCodec<ProveReach>("prove-reach", WallCodecs.WriteProve, WallCodecs.ReadProve),
        new MessageCodec<ReachProbe>("reach-probe", WallCodecs.WriteReachProbe, WallCodecs.ReadReachProbe),
        new MessageCodec<Reached>("reached", WallCodecs.WriteReached, WallCodecs.ReadReached),
        new MessageCodec<NotReached>("not-reached", WallCodecs.WriteNotReached, WallCodecs.ReadNotReached),
        new MessageCodec<ToTraining>("to-training", WallCodecs.WriteToTraining, WallCodecs.ReadToTraining),
    ];

    /// <summary>Messages with tensors: the data plane.</summary>
    public static IReadOnlyList<TensorMessageCodec> WithTensors { get; } =
    [
        new TensorMessageCodec<HopMessage>(1, "hop", HopCodecs.WriteHop, HopCodecs.ReadHop, version: 4),
        new TensorMessageCodec<TrainForward>(2, "forward", TrainingCodecs.WriteForward, TrainingCodecs.ReadForward),
        new TensorMessageCodec<ForwardDone>(3, "forward-done", TrainingCodecs.WriteForwardDone, TrainingCodecs.ReadForwardDone),
        new TensorMessageCodec<TrainBackward>(4, "backward", TrainingCodecs.WriteBackward, TrainingCodecs.ReadBackward),
        new TensorMessageCodec<BackwardDone>(5, "backward-done", TrainingCodecs.WriteBackwardDone, TrainingCodecs.ReadBackwardDone),
        new TensorMessageCodec<LayerReport>(6, "layer-report", TrainingCodecs.WriteLayerReport, TrainingCodecs.ReadLayerReport),
        new TensorMessageCodec<LayerState>(7, "layer-state", TrainingCodecs.WriteLayerState, TrainingCodecs.ReadLayerState),
        new TensorMessageCodec<ImportState>(8, "import-state", TrainingCodecs.WriteImportState, TrainingCodecs.ReadImportState),
    ];

    private static readonly FrozenDictionary<string, MessageCodec> ByManifest = Control.ToFrozenDictionary(codec => codec.Manifest);
    private static readonly FrozenDictionary<Type, MessageCodec> ControlByType = Control.ToFrozenDictionary(codec => codec.MessageType);
    private static readonly FrozenDictionary<byte, TensorMessageCodec> ByKind = WithTensors.ToFrozenDictionary(codec => codec.Kind);
    private static readonly FrozenDictionary<Type, TensorMessageCodec> TensorsByType = WithTensors.ToFrozenDictionary(codec => codec.MessageType);

    /// <summary>The codec of a message without tensors, or null: the type is none.</summary>
    public static MessageCodec? OfType(Type type) => ControlByType.GetValueOrDefault(type);

    /// <summary>The codec of a manifest, or null: it is unknown.</summary>
    public static MessageCodec? OfManifest(string manifest) => ByManifest.GetValueOrDefault(manifest);

    /// <summary>The codec of a message with tensors, or null: the type is none.</summary>
    public static TensorMessageCodec? WithTensorsOfType(Type type) => TensorsByType.GetValueOrDefault(type);

    /// <summary>The codec of a frame's kind, or null: it is unknown.</summary>
    public static TensorMessageCodec? OfKind(byte kind) => ByKind.GetValueOrDefault(kind);
}
