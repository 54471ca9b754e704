using System.Net.Sockets;

namespace LayerShuffle.Cluster.Wire;

/// <summary>A peer's connection that has passed the handshake.</summary>
internal sealed class IncomingConnection : IDisposable
{
    private readonly CancellationTokenSource closing;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket socket;

    public IncomingConnection(Socket socket, int incarnation, CancellationToken end)
    {
        this.socket = socket;
        Incarnation = incarnation;
        closing = CancellationTokenSource.CreateLinkedTokenSource(end);
        Closed = closing.Token;
    }

    /// <summary>The peer's incarnation.</summary>
    public int Incarnation { get; }

    /// <summary>Cancelled when nothing more is to be read.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Completes when nothing more is handed on.</summary>
    public Task Ended => ended.Task;

    /// <summary>Reads no more.</summary>
    public void Close()
    {
        try
        {
            closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Dispose();
    }

    /// <summary>Nothing more is handed on.</summary>
    public void SetEnded() => ended.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => closing.Dispose();
}
