using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;

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
        new MessageCodec<PrepareTrial>("prepare-trial", WallCodecs.WritePrepare, WallCodecs.ReadPrepare, version: 6),
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

/// <summary>Akka's configuration for the control plane's messages.</summary>
public static class ClusterSerialization
{
    /// <summary>
    /// Binds every message of <see cref="MessageCodecs.Control"/> to <see cref="ClusterMessageSerializer"/>, takes Newtonsoft's JSON away altogether (its
    /// identifier is unknown to a receiver then), makes whatever is not bound an error, and refuses remote deployment, which would let a peer name a type.
    /// Put it in front of other configuration (<c>WithFallback</c>).
    /// </summary>
    public static Config Config()
    {
        var bindings = new StringBuilder();
        foreach (MessageCodec codec in MessageCodecs.Control)
            bindings.Append("      \"").Append(NameOf(codec.MessageType)).Append("\" = layershuffle\n");
        return ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers {
                layershuffle = "{{NameOf(typeof(ClusterMessageSerializer))}}"
                json = "{{NameOf(typeof(RefusingSerializer))}}"
                daemon-create = "{{NameOf(typeof(RefusingSerializer))}}"
              }
              serialization-bindings {
                "System.Object" = json
            {{bindings}}  }
              serialization-settings.allow-unregistered-types = off
            }
            """);
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

/// <summary>
/// Akka's serializer for every message of the control plane (<see cref="MessageCodecs.Control"/>). A manifest picks one of the codecs that are there and
/// nothing else: what a peer sends never names a type.
/// </summary>
/// <param name="system">Given by Akka.</param>
public sealed class ClusterMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Its number on the wire; Akka's own are below 41.</summary>
    public const int WireIdentifier = 2407;

    /// <inheritdoc/>
    public override int Identifier => WireIdentifier;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The message has no codec.</exception>
    public override string Manifest(object o) => CodecOf(o).Manifest;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The message has no codec.</exception>
    public override byte[] ToBinary(object obj) => CodecOf(obj).Encode(obj);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The manifest is unknown, or the bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        MessageCodec codec = MessageCodecs.OfManifest(manifest)
            ?? throw new SerializationException($"A peer sent a message under the manifest '{Shortened(manifest)}', which this version of LayerShuffle does "
                + "not know: it is refused.");
        try
        {
            return codec.Decode(bytes);
        }
        catch (WireFormatException exception)
        {
            throw new SerializationException(exception.Message, exception);
        }
    }

    private static MessageCodec CodecOf(object message) => MessageCodecs.OfType(message.GetType())
        ?? throw new SerializationException($"Messages of type {message.GetType().FullName} have no codec: "
            + $"give them one and a line in {nameof(MessageCodecs)}.");

    private static string Shortened(string manifest) => manifest.Length <= 80 ? manifest : manifest[..80] + "…";
}

/// <summary>Stands where Akka's JSON serializer was: whatever no other serializer is bound to is an error, in both directions.</summary>
/// <param name="system">Given by Akka.</param>
public sealed class RefusingSerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <summary>As Akka makes a serializer for which it has settings (those of JSON, which mean nothing here).</summary>
    /// <param name="system">Given by Akka.</param>
    /// <param name="settings">Given by Akka.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : this(system) => _ = settings;

    /// <inheritdoc/>
    public override int Identifier => ClusterMessageSerializer.WireIdentifier + 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj.GetType().FullName} does not travel between processes: no serializer is bound to it. Give it a codec and a line in {nameof(MessageCodecs)}.");

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException($"A peer sent {bytes.Length} bytes under serializer {Identifier}, which stands for what does not travel: they are "
            + "refused.");
}
