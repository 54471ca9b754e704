using CsCheck;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Routing;
using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Serialization;

public sealed class CodecTests : IDisposable
{
    /// <summary>Of each of more than fifty codecs.</summary>
    private static readonly int Samples = LongTests.AreWanted ? 1_000 : 50;

    private readonly Tensor[] tensors = [zeros(1), ones(2), zeros(3)];

    public static TheoryData<string> Names => AnyCodec.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_read_with_everything_in_it(string name)
    {
        AnyCodec codec = AnyCodec.Of(name);
        Gen.ULong.Sample(
            seed =>
            {
                object message = codec.Messages(seed, tensors)();
                byte[] bytes = codec.Encode(message, out IReadOnlyList<object> parts);
                object[] sent = [.. parts.Select(Content)];
                object read = codec.Decode(bytes, parts);
                read.ShouldBeOfType(codec.Type);
                Structure.Of(read).ShouldBe(Structure.Of(message));
                codec.Encode(read, out IReadOnlyList<object> sameParts).ShouldBe(bytes);
                sameParts.Select(Content).ShouldBe(sent);
                AnyCodec.Free(sameParts);
            },
            iter: Samples, threads: 1);

        // Bytes travel in a tensor made for the way, which is gone when they are read.
        static object Content(object part) => part is Tensor { dtype: ScalarType.Byte } bytes ? Convert.ToHexString(bytes.bytes) : part;
    }

    [Fact]
    public void Every_message_has_a_codec_or_stays_within_its_endpoint()
    {
        Type[] local =
        [
            typeof(AcknowledgementOverdue), typeof(HedgeDue), typeof(GatheringDue), typeof(HeartbeatDue), typeof(HeartbeatMissed), typeof(PathsDue),
            typeof(PeerDownDetected), typeof(ExecuteLayer), typeof(LayerExecuted), typeof(DeadlineReached),
            typeof(NodeKilled), typeof(NodeServes), typeof(NodePaused), typeof(NodeContinued), typeof(LayersHeld), typeof(LayersRestored), typeof(NodeFailed),
            typeof(NodeDied), typeof(NodeRespawned), typeof(NodeJoined), typeof(NodeLeaving), typeof(NodeFound),
        ];
        Type[] parts = [typeof(Journey)];
        Type[] messages = [.. typeof(HopMessage).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(HopMessage).Namespace && t is { IsClass: true, IsAbstract: false, IsNested: false })];
        messages.Except(local).Except(parts).Except(AnyCodec.All.Select(codec => codec.Type)).ShouldBeEmpty();
        local.Intersect(AnyCodec.All.Select(codec => codec.Type)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_record_of_training_has_a_codec_or_stays_with_its_coordinator()
    {
        Type[] local =
        [
            typeof(TrainStep), typeof(StepResult), typeof(StepOverdue), typeof(StepAbandoned), typeof(CommitOverdue), typeof(LoseLayers),
            typeof(LayerRestoration), typeof(LayerMove), typeof(LayerGraph), typeof(StepRepeated), typeof(GradientsKnown),
        ];
        Type[] settings = [typeof(TrainingJob), typeof(TrainingOptions), typeof(TrainingProgress), typeof(ClusterTrainerOptions), typeof(Distillation),
            typeof(TrainingOutline), typeof(MetTraining), typeof(MetStep), typeof(MetChange)];
        Type[] records = [.. typeof(TrainStep).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(TrainStep).Namespace && t is { IsClass: true, IsAbstract: false, IsNested: false }
                && t.GetMethod("<Clone>$") is not null)];
        records.Except(local).Except(settings).Except(AnyCodec.All.Select(codec => codec.Type)).ShouldBeEmpty();
        local.Intersect(AnyCodec.All.Select(codec => codec.Type)).ShouldBeEmpty();
    }

    [Fact]
    public void Manifests_kinds_and_versions_stand_for_ever() =>
        string.Join('\n', [
            .. MessageCodecs.Control.Select(c => $"{c.Manifest} {c.Version} {c.MessageType.Name}"),
            .. MessageCodecs.WithTensors.Select(c => $"{c.Kind} {c.Name} {c.Version} {c.MessageType.Name}"),
        ]).ShouldBe("""
            hop-ack 3 HopAcknowledged
            hop-release 2 HopReleased
            request-failed 2 RequestFailed
            heartbeat 1 HeartbeatAsked
            heartbeat-answer 1 HeartbeatAnswered
            start 1 StartWorkload
            submit 1 SubmitRequest
            crash 1 CrashNode
            restart 2 RestartNode
            layers-back 1 LayersBack
            slowdown 1 SetSlowdown
            peer-down 1 PeerDown
            trial 4 TrialSpec
            hop-events 3 HopEvents
            links 4 LinkReport
            offer-blobs 1 OfferBlobs
            want-blobs 1 WantBlobs
            blobs-here 1 BlobsHere
            blobs-refused 1 BlobsRefused
            prepare 1 PrepareStep
            prepared 1 StepPrepared
            commit 1 CommitStep
            committed 1 StepCommitted
            abort 1 AbortStep
            aborted 1 StepAborted
            export 1 ExportState
            imported 1 StateImported
            routed 1 RoutedControl
            prepare-trial 6 PrepareTrial
            trial-prepared 1 TrialPrepared
            start-trial 1 StartTrial
            end-trial 2 EndTrial
            trial-left 1 TrialLeft
            layers-moved 1 LayersMoved
            peer-up 1 PeerUp
            requests-ended 1 RequestsEnded
            worker-hello 1 WorkerHello
            worker-problem 1 WorkerProblem
            clock-probe 1 ClockProbe
            clock-probed 1 ClockProbed
            keep-layers 1 KeepLayers
            host-layers 1 HostLayers
            layers-hosted 2 LayersHosted
            host-training 1 HostTraining
            training-hosted 2 TrainingHosted
            prove-reach 1 ProveReach
            reach-probe 1 ReachProbe
            reached 1 Reached
            not-reached 1 NotReached
            to-training 1 ToTraining
            1 hop 4 HopMessage
            2 forward 1 TrainForward
            3 forward-done 1 ForwardDone
            4 backward 1 TrainBackward
            5 backward-done 1 BackwardDone
            6 layer-report 1 LayerReport
            7 layer-state 1 LayerState
            8 import-state 1 ImportState
            """.ReplaceLineEndings("\n"));

    [Fact]
    public void The_bytes_of_an_acknowledgement_are_those()
    {
        var ack = new HopAcknowledged(new HopId(300, 0x1122334455667788, 2), Journey.Return, 1, 0, 4, 3, 2);
        Convert.ToHexString(MessageCodecs.OfType(typeof(HopAcknowledged))!.Encode(ack)).ShouldBe("03AC028877665544332211020000010004" + "03" + "02");
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        byte[] bytes = MessageCodecs.OfManifest("restart")!.Encode(new RestartNode(2));
        bytes[0] = 9;
        string message = Should.Throw<WireFormatException>(() => MessageCodecs.OfManifest("restart")!.Decode(bytes)).Message;
        message.ShouldContain("restart");
        message.ShouldContain("version 9");
    }

    [Fact]
    public void Tensors_must_be_those_the_message_speaks_of()
    {
        TensorMessageCodec codec = MessageCodecs.OfKind(6)!;
        byte[] meta = codec.Encode(new LayerReport(1, 2, 0, 3, 0.5, tensors[0]), out IReadOnlyList<object> parts);
        parts.ShouldBe([tensors[0]]);
        Should.Throw<WireFormatException>(() => codec.Decode(meta, [])).Message.ShouldContain("came along");
        Should.Throw<WireFormatException>(() => codec.Decode(meta, [tensors[0], tensors[1]])).Message.ShouldContain("2 came along");
        Should.Throw<WireFormatException>(() => codec.Decode(meta, ["no tensor"])).Message.ShouldContain("position embedding");
        codec.Encode(new LayerReport(1, 2, 0, 3, null, null), out parts);
        parts.ShouldBeEmpty();
    }

    [Fact]
    public void The_bytes_of_a_state_are_the_receiver_s_once_the_whole_message_is_read()
    {
        TensorMessageCodec codec = MessageCodecs.OfKind(8)!;
        byte[] meta = codec.Encode(new ImportState(1, 2, [3, 4, 5]), out IReadOnlyList<object> parts);
        var bytes = parts.ShouldHaveSingleItem().ShouldBeOfType<Tensor>();
        Should.Throw<WireFormatException>(() => codec.Decode([.. meta, 0], parts));
        bytes.IsInvalid.ShouldBeFalse(); // still the sender's
        ((ImportState)codec.Decode(meta, parts)).Bytes.ShouldBe([3, 4, 5]);
        bytes.IsInvalid.ShouldBeTrue();
        using Tensor matrix = zeros(2, 2, dtype: uint8);
        foreach (Tensor other in new[] { tensors[0], matrix })
            Should.Throw<WireFormatException>(() => codec.Decode(meta, [other])).Message.ShouldContain("vector of bytes");
    }

    [Fact]
    public void An_envelope_in_an_envelope_is_refused()
    {
        var inner = new RoutedControl(1, 2, 3, default, new HopAcknowledged(new HopId(1, 2, 3), 4, 0, 0, 1, 1));
        MessageCodec codec = MessageCodecs.OfType(typeof(ToTraining))!;
        byte[] bytes = codec.Encode(new ToTraining(1, 2, inner));
        Should.Throw<WireFormatException>(() => codec.Decode(bytes)).Message.ShouldContain("'routed' does not travel in it");
        Should.Throw<ArgumentException>(() => codec.Encode(new ToTraining(1, 2, "text"))).Message.ShouldContain("String");
    }

    [Fact]
    public void A_journey_beyond_its_route_is_refused()
    {
        TensorMessageCodec codec = MessageCodecs.OfKind(1)!;
        var journey = new Journey { Request = 1, Images = 1, Route = [0, 1], Deadline = default, Next = 3 };
        byte[] meta = codec.Encode(new HopMessage(journey, 0, 0), out _);
        Should.Throw<WireFormatException>(() => codec.Decode(meta, [])).Message.ShouldContain("route of 2");
    }

    public void Dispose()
    {
        foreach (Tensor tensor in tensors)
            tensor.Dispose();
    }
}
