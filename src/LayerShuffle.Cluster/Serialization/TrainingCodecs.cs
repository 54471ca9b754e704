using LayerShuffle.Cluster.Training;
using LayerShuffle.Cluster.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>The messages of training. Tensors travel along; what is written here is the rest.</summary>
internal static class TrainingCodecs
{
    public static void WriteForward(ref WireWriter writer, TrainForward forward, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, forward.Step, forward.MicroBatch);
        writer.WriteNumbers(forward.Route);
        writer.WriteNumber(forward.Position);
        writer.WriteDouble(forward.Share);
        parts.Add(forward.Activation);
        MessageParts.Write(ref writer, forward.PositionEmbeddings, parts);
    }

    public static TrainForward ReadForward(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch) = ReadMicroBatch(ref reader);
        (int[] route, int position) = ReadPlace(ref reader);
        double share = reader.ReadDouble();
        Tensor activation = parts.Take<Tensor>(ref reader, "an activation");
        return new(step, microBatch, route, position, activation, parts.TakeIfSent<Tensor>(ref reader, "position embeddings"), share);
    }

    public static void WriteBackward(ref WireWriter writer, TrainBackward backward, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, backward.Step, backward.MicroBatch);
        writer.WriteNumbers(backward.Route);
        writer.WriteNumber(backward.Position);
        parts.Add(backward.Gradient);
    }

    public static TrainBackward ReadBackward(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch) = ReadMicroBatch(ref reader);
        (int[] route, int position) = ReadPlace(ref reader);
        return new(step, microBatch, route, position, parts.Take<Tensor>(ref reader, "a gradient"));
    }

    public static void WriteForwardDone(ref WireWriter writer, ForwardDone done, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, done.Step, done.MicroBatch);
        writer.WriteNumbers(done.Route);
        parts.Add(done.Activation);
    }

    public static ForwardDone ReadForwardDone(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch) = ReadMicroBatch(ref reader);
        return new(step, microBatch, reader.ReadNumbers(), parts.Take<Tensor>(ref reader, "an activation"));
    }

    public static void WriteBackwardDone(ref WireWriter writer, BackwardDone done, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, done.Step, done.MicroBatch);
        parts.Add(done.Gradient);
    }

    public static BackwardDone ReadBackwardDone(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch) = ReadMicroBatch(ref reader);
        return new(step, microBatch, parts.Take<Tensor>(ref reader, "a gradient"));
    }

    public static void WriteLayerReport(ref WireWriter writer, LayerReport report, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, report.Step, report.MicroBatch);
        writer.WriteNumber(report.Position);
        writer.WriteNullable(report.PositionLoss, static (ref w, loss) => w.WriteDouble(loss));
        MessageParts.Write(ref writer, report.PositionGradient, parts);
    }

    public static LayerReport ReadLayerReport(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch) = ReadMicroBatch(ref reader);
        return new(
            step, microBatch, reader.ReadNumber(), reader.ReadNullable(static (ref r) => r.ReadDouble()),
            parts.TakeIfSent<Tensor>(ref reader, "the gradient of a position embedding"));
    }

    public static void WritePrepareStep(ref WireWriter writer, PrepareStep prepare) => writer.WriteNumber(prepare.Step);

    public static PrepareStep ReadPrepareStep(ref WireReader reader) => new(reader.ReadNumber());

    public static void WriteStepPrepared(ref WireWriter writer, StepPrepared prepared)
    {
        writer.WriteNumber(prepared.Step);
        writer.WriteNumber(prepared.Layer);
        writer.WriteDouble(prepared.SquaredNorm);
    }

    public static StepPrepared ReadStepPrepared(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadDouble());

    public static void WriteCommitStep(ref WireWriter writer, CommitStep commit)
    {
        writer.WriteNumber(commit.Step);
        writer.WriteDouble(commit.GradientScale);
        writer.WriteDouble(commit.LearningRate);
    }

    public static CommitStep ReadCommitStep(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadDouble(), reader.ReadDouble());

    public static void WriteStepCommitted(ref WireWriter writer, StepCommitted committed)
    {
        writer.WriteNumber(committed.Step);
        writer.WriteNumber(committed.Layer);
    }

    public static StepCommitted ReadStepCommitted(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    private static void WriteMicroBatch(ref WireWriter writer, int step, int microBatch)
    {
        writer.WriteNumber(step);
        writer.WriteNumber(microBatch);
    }

    private static (int Step, int MicroBatch) ReadMicroBatch(ref WireReader reader) => (reader.ReadNumber(), reader.ReadNumber());

    private static (int[] Route, int Position) ReadPlace(ref WireReader reader)
    {
        int[] route = reader.ReadNumbers();
        int position = reader.ReadNumber();
        return position < route.Length ? (route, position) : throw reader.Wrong($"position {position} lies outside its route of {route.Length} layers");
    }
}
