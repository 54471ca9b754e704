using System.Buffers.Binary;
using System.Threading.Channels;

namespace LayerShuffle.Supervision;

/// <summary>One connection between hub and supervisor: frames in order, each way. It ends with the first mistake.</summary>
internal sealed class HubConnection : IAsyncDisposable
{
    private readonly Stream stream;
    private readonly TimeSpan patience;
    private readonly TimeProvider time;
    private readonly Channel<byte[]> outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource ended = new();
    private readonly Task pump;

    /// <param name="stream">The bytes; disposed with the connection.</param>
    /// <param name="patience">How long one frame may take to be written.</param>
    /// <param name="time">The clock.</param>
    public HubConnection(Stream stream, TimeSpan patience, TimeProvider time)
    {
        (this.stream, this.patience, this.time) = (stream, patience, time);
        pump = PumpAsync();
    }

    /// <summary>Queues a frame; dropped without a word if the connection has ended (what must arrive is kept by <see cref="HubLink"/>).</summary>
    public void Post(byte[] frame) => outgoing.Writer.TryWrite(frame);

    /// <summary>The next message.</summary>
    /// <param name="longest">The longest that is read, in bytes.</param>
    /// <param name="silence">How long to wait for the whole of it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="HubProtocolException">Not a message.</exception>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="TimeoutException">Nothing came.</exception>
    public async Task<HubMessage> ReadAsync(int longest, TimeSpan silence, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation, ended.Token);
        try
        {
            byte[] header = new byte[4];
            await stream.ReadExactlyAsync(header, either.Token).ConfigureAwait(false);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (length < 1 || length > longest)
                throw new HubProtocolException($"A message of {length} bytes; 1 to {longest} are read here.");
            byte[] body = new byte[length];
            await stream.ReadExactlyAsync(body, either.Token).ConfigureAwait(false);
            return HubCodec.Decode(body);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw timer.IsCancellationRequested ? new TimeoutException($"Nothing was heard for {silence.TotalSeconds:0.#} s.")
                : new IOException("The connection was closed.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or ObjectDisposedException)
        {
            throw new IOException("The connection was closed.", exception);
        }
    }

    /// <summary>Writes what is queued, then ends the connection.</summary>
    public async Task FinishAsync()
    {
        outgoing.Writer.TryComplete();
        await pump.ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the connection at once: a reader gets an <see cref="IOException"/>.</summary>
    public void Abort()
    {
        outgoing.Writer.TryComplete();
        ended.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Abort();
        await pump.ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (byte[] frame in outgoing.Reader.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                using var timer = new CancellationTokenSource(patience, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ended.Token);
                await stream.WriteAsync(frame, either.Token).ConfigureAwait(false);
                await stream.FlushAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Abort(); // the reader notices
        }
    }
}
