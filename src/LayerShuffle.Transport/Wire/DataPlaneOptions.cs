using System.IO.Hashing;
using System.Net;
using System.Text;

namespace LayerShuffle.Transport.Wire;

/// <summary>What a <see cref="DataPlane"/> is and what it may use.</summary>
public sealed record DataPlaneOptions
{
    /// <summary>This endpoint: 0 is the coordinator, k is node k.</summary>
    public required int Endpoint { get; init; }

    /// <summary>How many times this endpoint has been started; connections meant for an earlier incarnation are refused.</summary>
    public required int Incarnation { get; init; }

    /// <summary>What all endpoints of one run have in common (see <see cref="TokenOf"/>). Not a secret: it keeps runs apart, not strangers out.</summary>
    public required ulong Token { get; init; }

    /// <summary>Where to listen; port 0 lets the system choose. Other than loopback needs an identity.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// Whether all endpoints are processes of this machine that were started for the run: they prove themselves by its key (<see cref="KeyedHandshake"/>), and
    /// frames are not encrypted.
    /// </summary>
    public bool LocalOnly { get; init; }

    /// <summary>Bytes of all tensors of one frame, at most.</summary>
    public int MaxFrameBytes { get; init; } = 1 << 30;

    /// <summary>Bytes of meta data of one frame, at most.</summary>
    public int MaxMetaBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that wait for one peer, at most, the frame being written included. A single frame that is larger goes when nothing else waits.</summary>
    public long MaxInFlightBytes { get; init; } = 256L << 20;

    /// <summary>How long a connection, TLS and the handshake may take together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections that have not yet proven themselves, at most; the oldest makes room for a new one.</summary>
    public int MaxPendingHandshakes { get; init; } = 256;

    /// <summary>The wait after the first failed attempt to connect; doubles with every further one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts to connect.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of time-outs and back-off.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal FrameLimits Limits => new(MaxFrameBytes, MaxMetaBytes);

    /// <summary>A token from what must be equal on all endpoints (the program's version, the scenario's hash …).</summary>
    public static ulong TokenOf(params ReadOnlySpan<string> parts) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', parts)));
}
