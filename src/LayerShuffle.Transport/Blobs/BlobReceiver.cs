using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Blobs;

/// <summary>
/// A worker's side of shipments: says what of an offer is missing, takes the chunks, verifies. One shipment at a time: an offer replaces those with lower
/// numbers. Whatever was not asked for is ignored. Thread-safe.
/// </summary>
public sealed class BlobReceiver : IDisposable
{
    private const int MaxBlobs = 4096;
    private const int OpenAtOnce = 64; // partial files held open
    private const int MaxFailures = 3; // of one blob
    private readonly BlobCache cache;
    private readonly int endpoint;
    private readonly Action<object> tellCoordinator;
    private readonly Lock gate = new();
    private readonly Dictionary<string, BlobPartial> arriving = new(StringComparer.Ordinal);
    private readonly Queue<Blob> waiting = new(); // missing and not yet asked for
    private OfferBlobs? pending;
    private int newest; // shipment that was offered
    private bool preparing;
    private bool disposed;
    private int? shipment; // the one whose chunks are taken
    private bool gap; // a chunk is missing and was asked for again

    /// <summary>A receiver without any shipment.</summary>
    /// <param name="cache">Where blobs go.</param>
    /// <param name="endpoint">This worker.</param>
    /// <param name="tellCoordinator">Takes the answers, on any thread.</param>
    public BlobReceiver(BlobCache cache, int endpoint, Action<object> tellCoordinator)
    {
        this.cache = cache;
        this.endpoint = endpoint;
        this.tellCoordinator = tellCoordinator;
    }

    /// <summary>Frames that were ignored: chunks that nobody asked for, of the wrong place or size, or that came twice.</summary>
    public long IgnoredFrames { get; private set; }

    /// <summary>An offer. Returns at once; files are looked through on a thread of the pool, then the answer goes out.</summary>
    public void OnOffer(OfferBlobs offer)
    {
        lock (gate)
        {
            if (disposed || offer.Shipment < newest)
                return; // a late repetition of what is over
            newest = offer.Shipment;
            pending = offer; // one that still waits is superseded
            if (preparing)
                return;
            preparing = true;
        }

        _ = Task.Run(PreparePending);
    }

    /// <summary>A frame of kind <see cref="BlobSender.ChunkKind"/>, which is disposed.</summary>
    public void OnChunk(IncomingFrame frame)
    {
        using (frame)
        {
            object? answer;
            lock (gate)
            {
                if (Find(frame, out BlobChunk chunk) is { } partial)
                {
                    answer = Take(partial, chunk, frame.Tensors[0]);
                }
                else
                {
                    IgnoredFrames++;
                    return;
                }
            }

            if (answer is not null)
                tellCoordinator(answer);
        }
    }

    /// <summary>The bytes of a blob that was shipped.</summary>
    /// <exception cref="ShipmentException">It is not here (any more).</exception>
    public byte[] Get(string hash) => cache.TryTake(hash, out byte[]? bytes)
        ? bytes
        : throw new ShipmentException($"The blob {hash} is not on this worker: it was never shipped, or newer ones have displaced it. Ship it again.");

    /// <summary>Gives up what is under way; partial files stay for the next time.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            pending = null;
            Abandon(keep: []);
        }
    }

    private void PreparePending()
    {
        while (true)
        {
            OfferBlobs offer;
            lock (gate)
            {
                if (pending is null)
                {
                    preparing = false;
                    return;
                }

                offer = pending;
                pending = null;
            }

            object? answer;
            try
            {
                answer = Prepare(offer);
            }
            catch (Exception e)
            {
                answer = new BlobsRefused(offer.Shipment, endpoint, $"The shipment could not be prepared: {e.Message}");
            }

            if (answer is not null)
                tellCoordinator(answer);
        }
    }

    private object? Prepare(OfferBlobs offer)
    {
        if (Mistake(offer) is { } mistake)
            return new BlobsRefused(offer.Shipment, endpoint, mistake);
        Blob[] blobs = [.. offer.Blobs.DistinctBy(blob => blob.Hash)];
        lock (gate)
        {
            shipment = null; // nothing is taken meanwhile
            Abandon([.. blobs.Select(blob => blob.Hash)]);
        }

        // Reading and hashing files may take seconds: chunks of the old shipment are ignored meanwhile, not held up.
        Blob[] missing = [.. blobs.Where(blob => !cache.Has(blob))];
        lock (gate)
        {
            if (disposed)
                return null;
            Abandon([.. missing.Select(blob => blob.Hash)]);
            shipment = offer.Shipment;
            gap = false;
            foreach (Blob blob in missing.Where(blob => !arriving.ContainsKey(blob.Hash)))
                waiting.Enqueue(blob);
            return Ask();
        }
    }

    private string? Mistake(OfferBlobs offer)
    {
        if (offer.Blobs.Length > MaxBlobs)
            return $"A shipment of {offer.Blobs.Length} blobs is too many: at most {MaxBlobs} go at once.";
        if (offer.Blobs.FirstOrDefault(blob => !Blob.IsHash(blob.Hash)) is { } nameless)
            return $"'{(nameless.Hash.Length > 80 ? nameless.Hash[..80] + "…" : nameless.Hash)}' is not the hash of a blob: 64 lower-case hexadecimal digits "
                + "were expected.";
        if (offer.Blobs.GroupBy(blob => blob.Hash).FirstOrDefault(same => same.Distinct().Skip(1).Any()) is { } ambiguous)
            return $"The blob {ambiguous.Key} is offered with several sizes.";
        decimal bytes = 0; // no sum overflows it
        foreach (Blob blob in offer.Blobs.DistinctBy(blob => blob.Hash))
        {
            if (blob.Bytes < 0 || blob.Bytes > Array.MaxLength)
                return $"The blob {blob.Hash} has {blob.Bytes} bytes: at most {Array.MaxLength} go in one blob.";
            bytes += blob.Bytes;
        }

        return bytes <= cache.MaxBytes ? null : $"A shipment of {bytes} bytes does not fit: this worker keeps at most {cache.MaxBytes} bytes of blobs.";
    }

    // Opens what comes next, and says what is missing of it; or that nothing is.
    private object Ask()
    {
        while (arriving.Count < OpenAtOnce && waiting.TryDequeue(out Blob? blob))
        {
            BlobPartial partial = cache.Begin(blob);
            arriving.Add(blob.Hash, partial);
            if (partial.IsFull)
                Complete(partial); // an ended process left it whole, or it is empty
        }

        if (arriving.Count > 0)
            return new WantBlobs(shipment!.Value, endpoint, [.. arriving.Values.Select(partial => new BlobRest(partial.Blob.Hash, partial.Length))]);
        var here = new BlobsHere(shipment!.Value, endpoint);
        shipment = null;
        return here;
    }

    // The partial blob that a frame goes on with, or null: it is ignored.
    private BlobPartial? Find(IncomingFrame frame, out BlobChunk chunk)
    {
        chunk = default;
        if (shipment is null || frame.From != 0 || frame.Tensors is not [{ dtype: ScalarType.Byte } bytes] || bytes.numel() is < 1 or > BlobChunk.MaxBytes)
            return null;
        try
        {
            chunk = BlobChunk.Read(frame.Meta);
        }
        catch (WireFormatException)
        {
            return null;
        }

        if (chunk.Shipment != shipment || !arriving.TryGetValue(chunk.Hash, out BlobPartial? partial) || chunk.Total != partial.Blob.Bytes)
            return null;
        return chunk.Offset >= partial.Length && chunk.Offset <= chunk.Total - bytes.numel() ? partial : null;
    }

    private object? Take(BlobPartial partial, BlobChunk chunk, Tensor bytes)
    {
        if (chunk.Offset > partial.Length)
        {
            // Something before it was lost with a connection: asked for once, however many come after it.
            IgnoredFrames++;
            if (gap)
                return null;
            gap = true;
            return Ask();
        }

        gap = false;
        partial.Append(bytes.bytes);
        if (!partial.IsFull)
            return null;
        if (Complete(partial))
            return arriving.Count == 0 ? Ask() : null;
        if (partial.Failures < MaxFailures)
            return Ask();
        var refused = new BlobsRefused(shipment!.Value, endpoint,
            $"What arrived as the blob {partial.Blob.Hash} does not have that hash, {MaxFailures} times.");
        shipment = null;
        Abandon(keep: []);
        return refused;
    }

    private bool Complete(BlobPartial partial)
    {
        if (partial.Complete() is not { } bytes)
            return false;
        arriving.Remove(partial.Blob.Hash);
        cache.Finish(partial, bytes);
        return true;
    }

    private void Abandon(HashSet<string> keep)
    {
        waiting.Clear();
        foreach (BlobPartial partial in arriving.Values.Where(partial => !keep.Contains(partial.Blob.Hash)).ToArray())
        {
            arriving.Remove(partial.Blob.Hash);
            partial.Dispose();
        }
    }
}
