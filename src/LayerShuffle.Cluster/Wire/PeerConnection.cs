using System.Net;
using System.Net.Sockets;

namespace LayerShuffle.Cluster.Wire;

/// <summary>An open connection to a peer. The peer never says anything on it after the handshake, so a read that ends means that the peer has gone, also while nothing is being sent.</summary>
internal sealed class PeerConnection : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly Stream stream;
    private readonly CancellationTokenSource closing = new();
    private readonly Task watch;

    public PeerConnection(Socket socket, Stream stream, DnsEndPoint target)
    {
        Target = target;
        this.socket = socket;
        this.stream = stream;
        Closed = closing.Token;
        Writer = new FrameWriter(stream);
        watch = WatchAsync();
    }

    /// <summary>The address that was connected to.</summary>
    public DnsEndPoint Target { get; }

    /// <summary>Writes frames here.</summary>
    public FrameWriter Writer { get; }

    /// <summary>Cancelled when the connection is closed, by either side.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed => closing.IsCancellationRequested;

    /// <summary>Ends what goes on and closes the socket, also under a write that the peer does not take.</summary>
    public void Close()
    {
        try
        {
            closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }

        socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await watch;
        await stream.DisposeAsync();
        Writer.Dispose();
        closing.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Closed);
        }
        catch (Exception)
        {
            // Whatever the reason: it is over.
        }

        await Task.Yield();
        Close();
    }
}
