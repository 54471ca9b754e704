using LayerShuffle.Actors.Training;
using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>The messages of training. Tensors travel along; what is written here is the rest.</summary>
internal static class TrainingCodecs
{
    public static void WriteForward(ref WireWriter writer, TrainForward forward, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, forward.Step, forward.MicroBatch, forward.Attempt);
        writer.WriteNumbers(forward.Route);
        writer.WriteNumber(forward.Position);
        writer.WriteDouble(forward.Share);
        parts.Add(forward.Activation);
        MessageParts.Write(ref writer, forward.PositionEmbeddings, parts);
    }

    public static TrainForward ReadForward(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch, int attempt) = ReadMicroBatch(ref reader);
        (int[] route, int position) = ReadPlace(ref reader);
        double share = reader.ReadDouble();
        Tensor activation = parts.Take<Tensor>(ref reader, "an activation");
        return new(step, microBatch, attempt, route, position, activation, parts.TakeIfSent<Tensor>(ref reader, "position embeddings"), share);
    }

    public static void WriteBackward(ref WireWriter writer, TrainBackward backward, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, backward.Step, backward.MicroBatch, backward.Attempt);
        writer.WriteNumbers(backward.Route);
        writer.WriteNumber(backward.Position);
        parts.Add(backward.Gradient);
    }

    public static TrainBackward ReadBackward(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch, int attempt) = ReadMicroBatch(ref reader);
        (int[] route, int position) = ReadPlace(ref reader);
        return new(step, microBatch, attempt, route, position, parts.Take<Tensor>(ref reader, "a gradient"));
    }

    public static void WriteForwardDone(ref WireWriter writer, ForwardDone done, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, done.Step, done.MicroBatch, done.Attempt);
        writer.WriteNumbers(done.Route);
        parts.Add(done.Activation);
    }

    public static ForwardDone ReadForwardDone(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch, int attempt) = ReadMicroBatch(ref reader);
        return new(step, microBatch, attempt, reader.ReadNumbers(), parts.Take<Tensor>(ref reader, "an activation"));
    }

    public static void WriteBackwardDone(ref WireWriter writer, BackwardDone done, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, done.Step, done.MicroBatch, done.Attempt);
        parts.Add(done.Gradient);
    }

    public static BackwardDone ReadBackwardDone(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch, int attempt) = ReadMicroBatch(ref reader);
        return new(step, microBatch, attempt, parts.Take<Tensor>(ref reader, "a gradient"));
    }

    public static void WriteLayerReport(ref WireWriter writer, LayerReport report, ICollection<object> parts)
    {
        WriteMicroBatch(ref writer, report.Step, report.MicroBatch, report.Attempt);
        writer.WriteNumber(report.Position);
        writer.WriteNullable(report.PositionLoss, static (ref w, loss) => w.WriteDouble(loss));
        MessageParts.Write(ref writer, report.PositionGradient, parts);
    }

    public static LayerReport ReadLayerReport(ref WireReader reader, MessageParts parts)
    {
        (int step, int microBatch, int attempt) = ReadMicroBatch(ref reader);
        return new(
            step, microBatch, attempt, reader.ReadNumber(), reader.ReadNullable(static (ref r) => r.ReadDouble()),
            parts.TakeIfSent<Tensor>(ref reader, "the gradient of a position embedding"));
    }

    public static void WritePrepareStep(ref WireWriter writer, PrepareStep prepare) => WriteAttempt(ref writer, prepare.Step, prepare.Attempt);

    public static PrepareStep ReadPrepareStep(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteStepPrepared(ref WireWriter writer, StepPrepared prepared)
    {
        WriteAttempt(ref writer, prepared.Step, prepared.Attempt);
        writer.WriteNumber(prepared.Layer);
        writer.WriteDouble(prepared.SquaredNorm);
    }

    public static StepPrepared ReadStepPrepared(ref WireReader reader) =>
        new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadDouble());

    public static void WriteCommitStep(ref WireWriter writer, CommitStep commit)
    {
        WriteAttempt(ref writer, commit.Step, commit.Attempt);
        writer.WriteDouble(commit.GradientScale);
        writer.WriteDouble(commit.LearningRate);
    }

    public static CommitStep ReadCommitStep(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadDouble(), reader.ReadDouble());

    public static void WriteStepCommitted(ref WireWriter writer, StepCommitted committed)
    {
        WriteAttempt(ref writer, committed.Step, committed.Attempt);
        writer.WriteNumber(committed.Layer);
    }

    public static StepCommitted ReadStepCommitted(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteAbortStep(ref WireWriter writer, AbortStep abort) => WriteAttempt(ref writer, abort.Step, abort.Attempt);

    public static AbortStep ReadAbortStep(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    public static void WriteStepAborted(ref WireWriter writer, StepAborted aborted)
    {
        writer.WriteNumber(aborted.Layer);
        WriteAttempt(ref writer, aborted.Step, aborted.Attempt);
    }

    public static StepAborted ReadStepAborted(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    public static void WriteExportState(ref WireWriter writer, ExportState export) => writer.WriteNumber(export.Id);

    public static ExportState ReadExportState(ref WireReader reader) => new(reader.ReadNumber());

    public static void WriteStateImported(ref WireWriter writer, StateImported imported)
    {
        writer.WriteNumber(imported.Id);
        writer.WriteNumber(imported.Layer);
    }

    public static StateImported ReadStateImported(ref WireReader reader) => new(reader.ReadNumber(), reader.ReadNumber());

    // States are large: their bytes travel as a uint8 tensor [length] on the data plane.
    public static void WriteLayerState(ref WireWriter writer, LayerState state, ICollection<object> parts) =>
        WriteState(ref writer, state.Id, state.Layer, state.Bytes, parts);

    public static LayerState ReadLayerState(ref WireReader reader, MessageParts parts) =>
        new(reader.ReadNumber(), reader.ReadNumber(), parts.TakeBytes(ref reader, "the bytes of a state"));

    public static void WriteImportState(ref WireWriter writer, ImportState state, ICollection<object> parts) =>
        WriteState(ref writer, state.Id, state.Layer, state.Bytes, parts);

    public static ImportState ReadImportState(ref WireReader reader, MessageParts parts) =>
        new(reader.ReadNumber(), reader.ReadNumber(), parts.TakeBytes(ref reader, "the bytes of a state"));

    private static void WriteState(ref WireWriter writer, int id, int layer, byte[] bytes, ICollection<object> parts)
    {
        writer.WriteNumber(id);
        writer.WriteNumber(layer);
        parts.Add(tensor(bytes).DetachFromDisposeScope());
    }

    private static void WriteMicroBatch(ref WireWriter writer, int step, int microBatch, int attempt)
    {
        writer.WriteNumber(step);
        writer.WriteNumber(microBatch);
        writer.WriteNumber(attempt);
    }

    private static void WriteAttempt(ref WireWriter writer, int step, int attempt)
    {
        writer.WriteNumber(step);
        writer.WriteNumber(attempt);
    }

    private static (int Step, int MicroBatch, int Attempt) ReadMicroBatch(ref WireReader reader) =>
        (reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());

    private static (int[] Route, int Position) ReadPlace(ref WireReader reader)
    {
        int[] route = reader.ReadNumbers();
        int position = reader.ReadNumber();
        return position < route.Length ? (route, position) : throw reader.Wrong($"position {position} lies outside its route of {route.Length} layers");
    }
}
