using System.Threading.Channels;
using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Shipping;

/// <summary>A shipment under way: its answers, and whether its endpoint was lost.</summary>
internal sealed class OutgoingShipment(int number, int endpoint, IReadOnlyList<Blob> blobs)
{
    // Whoever answers more than is asked loses answers, not our memory: the newest counts.
    private readonly Channel<object> answers = Channel.CreateBounded<object>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Number => number;

    public int Endpoint => endpoint;

    public IReadOnlyList<Blob> Blobs => blobs;

    public OfferBlobs Offer { get; } = new(number, [.. blobs]);

    /// <summary>Completes when it is over, well or not: then the endpoint's next one may begin.</summary>
    public Task Ended => ended.Task;

    /// <summary>Fails with a sentence when the endpoint is lost, and never completes otherwise.</summary>
    public TaskCompletionSource Lost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool HasAnswer => answers.Reader.TryPeek(out _);

    public void Answer(object message) => answers.Writer.TryWrite(message);

    public void End() => ended.TrySetResult();

    /// <summary>The next answer, or null after <paramref name="patience"/>.</summary>
    public async Task<object?> NextAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await answers.Reader.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
