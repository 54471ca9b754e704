using Akka.Actor;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// Stands in a training's directory for an actor of another process: what has tensors goes over the data plane, the rest over the control plane. Frames to one
/// process keep their order; numbers travel as float32, so that a training over processes is bitwise that of one.
/// </summary>
internal sealed class TrainingLink : ReceiveActor
{
    public TrainingLink(ClusterProcess process, int training, int layer, int endpoint)
    {
        ReceiveAny(message =>
        {
            if (MessageCodecs.WithTensorsOfType(message.GetType()) is { } codec)
                Send(process, training, layer, endpoint, codec, message);
            else
                process.Tell(endpoint, new ToTraining(training, layer, message));
        });
    }

    public static Props Props(ClusterProcess process, int training, int layer, int endpoint) =>
        Akka.Actor.Props.Create(() => new TrainingLink(process, training, layer, endpoint));

    /// <summary>Whether a frame is one of a training.</summary>
    public static bool Carries(byte kind) => kind != WallCarrier.HopKind && MessageCodecs.OfKind(kind) is not null;

    /// <summary>Reads a frame of a training, whose message owns its tensors from then on.</summary>
    /// <exception cref="WireFormatException">It is no such frame.</exception>
    public static (int Training, int Layer, object Message) Read(IncomingFrame frame)
    {
        TensorMessageCodec codec = MessageCodecs.OfKind(frame.Kind)!;
        var reader = new WireReader(frame.Meta, $"frame '{codec.Name}'");
        int training = reader.ReadNumber(), layer = reader.ReadNumber() - 1;
        var parts = new MessageParts([.. frame.Tensors]);
        object message = codec.Read(ref reader, parts);
        reader.End();
        parts.End(ref reader);
        frame.TakeTensors();
        return (training, layer, message);
    }

    private static void Send(ClusterProcess process, int training, int layer, int endpoint, TensorMessageCodec codec, object message)
    {
        var writer = new WireWriter();
        writer.WriteNumber(training);
        writer.WriteNumber(layer + 1);
        List<object> parts = [];
        codec.Write(ref writer, message, parts);
        Tensor[] tensors = [.. parts.Cast<Tensor>()];
        var frame = new OutgoingFrame(codec.Kind, writer.ToArray(), tensors, WireDtype.Float32);
        // Detached tensors are written; the message's own are freed with them.
        if (process.IncarnationOf(endpoint) is null || !process.Plane.TrySend(endpoint, frame, Free))
            Free();

        void Free()
        {
            foreach (Tensor tensor in tensors)
                tensor.Dispose();
        }
    }
}
