using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Cluster.Tests.Wire;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Shipping;

/// <summary>A coordinator with a data plane, and control messages that are written and read on their way.</summary>
internal sealed class ShippingCoordinator : IAsyncDisposable
{
    private readonly Dictionary<int, ShippingWorker> workers = [];
    private readonly RandomStream luck = SeedTree.Root(5).Child("blobs").Stream();

    public ShippingCoordinator(Func<OutgoingFrame, bool>? fail = null, TimeSpan? patience = null) => Sender = new BlobSender(
        Source,
        (endpoint, message) => workers[endpoint].Receiver.OnOffer((OfferBlobs)WireCopy.Of(message)),
        (endpoint, frame, cancellation) => fail?.Invoke(frame) == true ? throw new FrameDroppedException("lost")
            : Station.Plane.SendAsync(endpoint, frame, cancellation),
        patience: patience);

    public Station Station { get; } = new(0);

    public BlobSource Source { get; } = new();

    public BlobSender Sender { get; }

    public ShippingWorker Worker(int endpoint, BlobCache cache, int incarnation = 0, Func<int, bool>? lose = null)
    {
        ShippingWorker worker = workers[endpoint] = new(endpoint, cache, Sender.OnMessage, incarnation, lose);
        Station.Knows(worker.Station, incarnation);
        worker.Station.Knows(Station);
        return worker;
    }

    /// <summary>A blob of noise.</summary>
    public Blob Noise(int length)
    {
        var bytes = new byte[length];
        for (int i = 0; i + 8 <= length; i += 8)
            BitConverter.TryWriteBytes(bytes.AsSpan(i), luck.NextBits());
        return Source.Add(bytes);
    }

    public byte[] BytesOf(Blob blob) => Source.TryGet(blob.Hash, out byte[]? bytes) ? bytes : throw new InvalidOperationException();

    public Task Ship(int endpoint, params Blob[] blobs) => Sender.ShipAsync(endpoint, blobs).WaitAsync(TimeSpan.FromSeconds(60));

    public void Holds(ShippingWorker worker, params Blob[] blobs)
    {
        foreach (Blob blob in blobs)
            worker.Receiver.Get(blob.Hash).AsSpan().SequenceEqual(BytesOf(blob)).ShouldBeTrue();
    }

    public ValueTask DisposeAsync() => Station.DisposeAsync();
}
