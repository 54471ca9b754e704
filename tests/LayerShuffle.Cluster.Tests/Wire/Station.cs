using System.Threading.Channels;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>A data plane that keeps what it receives and logs.</summary>
internal sealed class Station : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<string> news = Channel.CreateUnbounded<string>();
    private readonly DataPlaneOptions options;

    public Station(int endpoint, Func<DataPlaneOptions, DataPlaneOptions>? change = null, ClusterIdentity? identity = null,
        Action<IncomingFrame>? handler = null)
    {
        options = new DataPlaneOptions { Endpoint = endpoint, Incarnation = 0, Token = 1 };
        options = change?.Invoke(options) ?? options;
        Plane = new DataPlane(options, identity, handler ?? (frame => Frames.Writer.TryWrite(frame)), new HeardLog(line => news.Writer.TryWrite(line)));
    }

    public DataPlane Plane { get; }

    public Channel<IncomingFrame> Frames { get; } = Channel.CreateUnbounded<IncomingFrame>();

    /// <summary>Log lines that have been looked at.</summary>
    public List<string> Lines { get; } = [];

    public void Knows(Station peer, int? incarnation = null) =>
        Plane.SetPeer(peer.options.Endpoint, "127.0.0.1", peer.Plane.ListenEndPoint.Port, incarnation ?? peer.options.Incarnation);

    public Task<IncomingFrame> Next() => Frames.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits for a log line that contains <paramref name="text"/>.</summary>
    public async Task Logged(string text)
    {
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            while (!Lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
                Lines.Add(await news.Reader.ReadAsync(timeout.Token));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No log line contains '{text}'. There are:\n{string.Join('\n', Lines)}");
        }
    }

    /// <summary>All log lines so far.</summary>
    public List<string> AllLines()
    {
        while (news.Reader.TryRead(out string? line))
            Lines.Add(line);
        return Lines;
    }

    public async ValueTask DisposeAsync()
    {
        await Plane.DisposeAsync();
        while (Frames.Reader.TryRead(out IncomingFrame? frame))
            frame.Dispose();
    }
}
