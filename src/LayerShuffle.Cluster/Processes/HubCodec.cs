using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LayerShuffle.Cluster.Processes;

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
            throw new ArgumentException($"A {typeof(T).Name} message of {json.Length} bytes is longer than the {LongestMessage} that hub and supervisor exchange: send less.", nameof(message));
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
