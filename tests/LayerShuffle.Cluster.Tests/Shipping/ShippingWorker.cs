using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Cluster.Tests.Wire;
using LayerShuffle.Transport.Blobs;

namespace LayerShuffle.Cluster.Tests.Shipping;

/// <summary>A worker with a data plane of its own that takes shipments.</summary>
internal sealed class ShippingWorker : IAsyncDisposable
{
    private long bytes;

    /// <summary>A worker whose answers <c>tell</c> takes, and which loses the chunks whose numbers, counted from 0, <c>lose</c> picks.</summary>
    public ShippingWorker(int endpoint, BlobCache cache, Action<object> tell, int incarnation = 0, Func<int, bool>? lose = null)
    {
        Receiver = new BlobReceiver(cache, endpoint, message => tell(WireCopy.Of(message)));
        int number = -1;
        Station = new Station(endpoint, o => o with { Incarnation = incarnation }, handler: frame =>
        {
            if (lose?.Invoke(Interlocked.Increment(ref number)) == true)
            {
                frame.Dispose();
                return;
            }

            frame.Kind.ShouldBe(BlobSender.ChunkKind);
            Interlocked.Add(ref bytes, frame.Tensors[0].numel());
            Receiver.OnChunk(frame);
        });
    }

    public Station Station { get; }

    public BlobReceiver Receiver { get; }

    /// <summary>Bytes of blobs that came, wanted or not.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public async ValueTask DisposeAsync()
    {
        await Station.DisposeAsync();
        Receiver.Dispose();
    }
}
