#pragma warning disable CS1591, IDE0055
using LayerShuffle.Cluster.Wire;
using System.Security.Cryptography;
using static TorchSharp.torch;
namespace LayerShuffle.Cluster.Shipping;
public sealed record Blob(string Hash, long Bytes);
public sealed record OfferBlobs(int Shipment, Blob[] Blobs);
public sealed record WantBlobs(int Shipment, int Endpoint, string[] Hashes);
public sealed record BlobsHere(int Shipment, int Endpoint);
public sealed record BlobsRefused(int Shipment, int Endpoint, string Reason);
public sealed class BlobSource
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> all = [];
    public Blob Add(byte[] bytes) { string hash = Convert.ToHexStringLower(SHA256.HashData(bytes)); all[hash] = bytes; return new(hash, bytes.Length); }
    public byte[] Get(string hash) => all[hash];
}
public sealed class BlobCache(string? directory, long maxBytes = 4L << 30)
{
    public System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> All { get; } = [];
    public string? Directory => directory;
    public long MaxBytes => maxBytes;
}
public sealed class BlobReceiver(BlobCache cache, int endpoint, Action<object> tell)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, HashSet<string>> waiting = [];
    public byte[] Get(string hash) => cache.All[hash];
    public void OnOffer(OfferBlobs offer)
    {
        string[] missing = [.. offer.Blobs.Select(b => b.Hash).Where(h => !cache.All.ContainsKey(h)).Distinct()];
        if (missing.Length == 0) { tell(new BlobsHere(offer.Shipment, endpoint)); return; }
        waiting[offer.Shipment] = [.. missing];
        tell(new WantBlobs(offer.Shipment, endpoint, missing));
    }
    public void OnChunk(IncomingFrame frame)
    {
        using (frame)
        {
            var reader = new WireReader(frame.Meta, "chunk"); int shipment = reader.ReadNumber(); string hash = reader.ReadString(); reader.End();
            byte[] bytes = frame.Tensors[0].bytes.ToArray();
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != hash) return;
            cache.All[hash] = bytes;
            if (waiting.TryGetValue(shipment, out var left)) { lock (left) { left.Remove(hash); if (left.Count == 0) tell(new BlobsHere(shipment, endpoint)); } }
        }
    }
}
public sealed class BlobSender(BlobSource source, Action<int, object> tell, Func<int, OutgoingFrame, CancellationToken, ValueTask> send)
{
    public const byte ChunkKind = 20;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, (int Endpoint, TaskCompletionSource Done)> open = [];
    private int last;
    public async Task ShipAsync(int endpoint, IReadOnlyList<Blob> blobs, CancellationToken cancellation)
    {
        int shipment = Interlocked.Increment(ref last); var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open[shipment] = (endpoint, done); tell(endpoint, new OfferBlobs(shipment, [.. blobs])); await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }
    public void OnPeerLost(int endpoint) { foreach (var (_, (e, done)) in open) if (e == endpoint) done.TrySetException(new IOException("lost")); }
    public void OnMessage(object message)
    {
        if (message is BlobsHere here && open.TryGetValue(here.Shipment, out var o)) o.Done.TrySetResult();
        if (message is WantBlobs want) _ = Task.Run(async () => { foreach (string h in want.Hashes) { var w = Meta(want.Shipment, h); using Tensor t = tensor(source.Get(h)); await send(want.Endpoint, new OutgoingFrame(ChunkKind, w, [t], WireDtype.UInt8), default); } });
    }
    private static byte[] Meta(int shipment, string hash) { var w = new WireWriter(); w.WriteNumber(shipment); w.WriteString(hash); return w.ToArray(); }
}
internal static class StubCodecs
{
    public static void WriteOffer(ref WireWriter w, OfferBlobs o) { w.WriteNumber(o.Shipment); w.WriteList(o.Blobs, static (ref x, b) => { x.WriteString(b.Hash); x.WriteCount(b.Bytes); }); }
    public static OfferBlobs ReadOffer(ref WireReader r) => new(r.ReadNumber(), r.ReadList(static (ref x) => new Blob(x.ReadString(), x.ReadCount())));
    public static void WriteWant(ref WireWriter w, WantBlobs o) { w.WriteNumber(o.Shipment); w.WriteNumber(o.Endpoint); w.WriteList(o.Hashes, static (ref x, b) => x.WriteString(b)); }
    public static WantBlobs ReadWant(ref WireReader r) => new(r.ReadNumber(), r.ReadNumber(), r.ReadList(static (ref x) => x.ReadString()));
    public static void WriteHere(ref WireWriter w, BlobsHere o) { w.WriteNumber(o.Shipment); w.WriteNumber(o.Endpoint); }
    public static BlobsHere ReadHere(ref WireReader r) => new(r.ReadNumber(), r.ReadNumber());
}
