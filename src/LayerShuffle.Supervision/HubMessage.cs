using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LayerShuffle.Supervision;

/// <summary>What hub and supervisor say to each other. A closed set: <see cref="HubCodec"/> knows each by its number.</summary>
internal abstract record HubMessage
{
    private HubMessage()
    {
    }

    /// <summary>Supervisor, first message: let me in, or (with a session) let me go on.</summary>
    /// <param name="Protocol"><see cref="HubCodec.Protocol"/>.</param>
    /// <param name="Version">The program's version.</param>
    /// <param name="ScenarioHash">The scenario it is for; null: the hub's, whatever that is.</param>
    /// <param name="Name">The name it wants; null: any.</param>
    /// <param name="Capabilities">What it has.</param>
    /// <param name="Session">The key of the session to go on with.</param>
    /// <param name="Received">How many numbered messages of that session it has.</param>
    public sealed record Hello(int Protocol, string Version, string? ScenarioHash, string? Name, NodeCapabilities Capabilities, string? Session, long Received)
        : HubMessage;

    /// <summary>Hub, the answer: you are in.</summary>
    /// <param name="Name">Your name.</param>
    /// <param name="Session">Your session's key.</param>
    /// <param name="ScenarioHash">The scenario.</param>
    /// <param name="Received">How many of your numbered messages I have.</param>
    /// <param name="HeartbeatMilliseconds">How often to say something.</param>
    /// <param name="GraceMilliseconds">After how long a silence the other is gone.</param>
    /// <param name="ForwardLog">Whether to send what the worker writes.</param>
    public sealed record Welcome(string Name, string Session, string? ScenarioHash, long Received, int HeartbeatMilliseconds, int GraceMilliseconds,
        bool ForwardLog) : HubMessage;

    /// <summary>Hub, the other answer.</summary>
    /// <param name="Reason">A sentence.</param>
    public sealed record Refused(string Reason) : HubMessage;

    /// <summary>Both: I am here. Not numbered.</summary>
    /// <param name="Received">How many numbered messages I have.</param>
    public sealed record Heartbeat(long Received) : HubMessage;

    /// <summary>Hub: start your worker.</summary>
    public sealed record StartWorker(long Id, int Incarnation, string Settings) : HubMessage;

    /// <summary>Hub: kill, stop or continue your worker.</summary>
    public sealed record SignalWorker(long Id, WorkerSignal Signal) : HubMessage;

    /// <summary>Hub: end your worker and yourself.</summary>
    /// <param name="Id">The command's number.</param>
    /// <param name="Refusal">Why the node may not stay; null: it has done its work.</param>
    public sealed record Shutdown(long Id, string? Refusal = null) : HubMessage;

    /// <summary>Supervisor: the command is carried out, or why not.</summary>
    public sealed record Confirmed(long Id, long ElapsedTicks, int? ProcessId, string? Problem) : HubMessage;

    /// <summary>Supervisor: the worker listens.</summary>
    public sealed record WorkerReady(int Incarnation, WorkerAddress Address, long ElapsedTicks) : HubMessage;

    /// <summary>Supervisor: the worker ended.</summary>
    public sealed record WorkerExited(int Incarnation, int ExitCode, bool Asked, string[] LastLines) : HubMessage;

    /// <summary>Supervisor: the worker wrote a line.</summary>
    public sealed record LogLine(string Text) : HubMessage;

    /// <summary>Supervisor: my user wants me to go; may I?</summary>
    public sealed record Leaving : HubMessage;

    /// <summary>Supervisor: I am going, don't wait for me.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Goodbye(string Reason) : HubMessage;
}

/// <summary>A supervisor's word that a command is carried out.</summary>
/// <param name="Elapsed">How long that took on the supervisor's own clock, from taking the command up to its end (a kill: until the process was gone).</param>
/// <param name="ProcessId">The worker it was about; null if there was none.</param>
public sealed record CommandResult(TimeSpan Elapsed, int? ProcessId);

/// <summary>Messages as bytes: a little-endian 32-bit length of what follows, one byte that says which record it is, and the record as JSON.</summary>
public static class HubCodec
{
    /// <summary>The protocol's version: other numbers are refused.</summary>
    public const int Protocol = 1;

    /// <summary>The longest message, in bytes.</summary>
    public const int LongestMessage = 64 * 1024;

    /// <summary>The longest first message, in bytes: what a stranger can make the hub hold.</summary>
    public const int LongestHello = 4 * 1024;

    /// <summary>The longest line of a worker that is passed on, in characters.</summary>
    public const int LongestLine = 2000;

    private static readonly HubJson Json = new(new JsonSerializerOptions(HubJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The JSON of the other records that cross process boundaries, on one line.</summary>
    internal static HubJson Records => Json;

    /// <summary>The whole frame of a message.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="LongestMessage"/>.</exception>
    internal static byte[] Encode(HubMessage message) => message switch
    {
        HubMessage.Hello m => Frame(1, m, Json.Hello),
        HubMessage.Welcome m => Frame(2, m, Json.Welcome),
        HubMessage.Refused m => Frame(3, m, Json.Refused),
        HubMessage.Heartbeat m => Frame(4, m, Json.Heartbeat),
        HubMessage.StartWorker m => Frame(5, m, Json.StartWorker),
        HubMessage.SignalWorker m => Frame(6, m, Json.SignalWorker),
        HubMessage.Shutdown m => Frame(7, m, Json.Shutdown),
        HubMessage.Confirmed m => Frame(8, m, Json.Confirmed),
        HubMessage.WorkerReady m => Frame(9, m, Json.ReadyMessage),
        HubMessage.WorkerExited m => Frame(10, m, Json.WorkerExited),
        HubMessage.LogLine m => Frame(11, m, Json.LogLine),
        HubMessage.Leaving m => Frame(12, m, Json.Leaving),
        HubMessage.Goodbye m => Frame(13, m, Json.Goodbye),
        _ => throw new ArgumentException($"{message.GetType().Name} is not a message of the hub's protocol.", nameof(message)),
    };

    /// <summary>The message in a frame's body (without its length).</summary>
    /// <exception cref="HubProtocolException">It is none.</exception>
    internal static HubMessage Decode(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            throw new HubProtocolException("An empty message.");
        ReadOnlySpan<byte> json = body[1..];
        return body[0] switch
        {
            1 => Read(json, Json.Hello),
            2 => Read(json, Json.Welcome),
            3 => Read(json, Json.Refused),
            4 => Read(json, Json.Heartbeat),
            5 => Read(json, Json.StartWorker),
            6 => Read(json, Json.SignalWorker),
            7 => Read(json, Json.Shutdown),
            8 => Read(json, Json.Confirmed),
            9 => Read(json, Json.ReadyMessage),
            10 => Read(json, Json.WorkerExited),
            11 => Read(json, Json.LogLine),
            12 => Read(json, Json.Leaving),
            13 => Read(json, Json.Goodbye),
            var kind => throw new HubProtocolException($"A message of unknown kind {kind}."),
        };
    }

    private static byte[] Frame<T>(byte kind, T message, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        if (json.Length + 1 > LongestMessage)
            throw new ArgumentException($"A {typeof(T).Name} message of {json.Length} bytes is longer than the {LongestMessage} that hub and supervisor "
                + "exchange: send less.", nameof(message));
        byte[] frame = new byte[4 + 1 + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length + 1);
        frame[4] = kind;
        json.CopyTo(frame, 5);
        return frame;
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : HubMessage
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new HubProtocolException($"A {typeof(T).Name} message without content.");
        }
        catch (JsonException exception)
        {
            throw new HubProtocolException($"A {typeof(T).Name} message that cannot be read: {exception.Message}");
        }
    }
}

/// <summary>The JSON of every record that crosses a process boundary here: generated code, fixed types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never, MaxDepth = 8, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HubMessage.Hello))]
[JsonSerializable(typeof(HubMessage.Welcome))]
[JsonSerializable(typeof(HubMessage.Refused))]
[JsonSerializable(typeof(HubMessage.Heartbeat))]
[JsonSerializable(typeof(HubMessage.StartWorker))]
[JsonSerializable(typeof(HubMessage.SignalWorker))]
[JsonSerializable(typeof(HubMessage.Shutdown))]
[JsonSerializable(typeof(HubMessage.Confirmed))]
[JsonSerializable(typeof(HubMessage.WorkerReady), TypeInfoPropertyName = "ReadyMessage")]
[JsonSerializable(typeof(HubMessage.WorkerExited))]
[JsonSerializable(typeof(HubMessage.LogLine))]
[JsonSerializable(typeof(HubMessage.Leaving))]
[JsonSerializable(typeof(HubMessage.Goodbye))]
[JsonSerializable(typeof(WorkerStart))]
[JsonSerializable(typeof(WorkerAddress))]
[JsonSerializable(typeof(LocalStart))]
internal sealed partial class HubJson : JsonSerializerContext;

/// <summary>What came over a connection is not the hub's protocol.</summary>
/// <param name="message">What was wrong.</param>
public sealed class HubProtocolException(string message) : Exception(message);
