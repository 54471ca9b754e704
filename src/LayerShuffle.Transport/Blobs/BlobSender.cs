using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Blobs;

/// <summary>
/// The coordinator's side of shipments: offers, sends what is asked for, offers again when nothing is heard or a connection breaks; the receiver then says
/// where to go on. One shipment to an endpoint at a time. Thread-safe.
/// </summary>
public sealed class BlobSender
{
    /// <summary>The kind of frame that carries a chunk.</summary>
    public const byte ChunkKind = 20;

    private const int MaxSilences = 24; // with five seconds each: two minutes
    private readonly BlobSource source;
    private readonly Action<int, object> tell;
    private readonly Func<int, OutgoingFrame, CancellationToken, ValueTask> send;
    private readonly TimeProvider time;
    private readonly TimeSpan patience;
    private readonly Lock gate = new();
    private readonly Dictionary<int, List<OutgoingShipment>> shipments = []; // of each endpoint, the one under way first
    private int lastNumber;

    /// <summary>A sender of what the source has.</summary>
    /// <param name="source">The blobs.</param>
    /// <param name="tell">Sends a control message to an endpoint; it may get lost.</param>
    /// <param name="send">Sends a frame to an endpoint and completes when it is written: <see cref="DataPlane.SendAsync"/>.</param>
    /// <param name="time">The clock of <paramref name="patience"/>.</param>
    /// <param name="patience">How long to wait for an answer before an offer is repeated (default: 5 s; after 24 silences the shipment fails).</param>
    public BlobSender(
        BlobSource source, Action<int, object> tell, Func<int, OutgoingFrame, CancellationToken, ValueTask> send, TimeProvider? time = null,
            TimeSpan? patience = null)
    {
        this.source = source;
        this.tell = tell;
        this.send = send;
        this.time = time ?? TimeProvider.System;
        this.patience = patience ?? TimeSpan.FromSeconds(5);
    }

    /// <summary>Completes when the endpoint has all of these blobs. What it has already does not travel.</summary>
    /// <exception cref="ShipmentException">The endpoint refused, was lost, or does not answer.</exception>
    /// <exception cref="ArgumentException">The source does not have a blob.</exception>
    public async Task ShipAsync(int endpoint, IReadOnlyList<Blob> blobs, CancellationToken cancellation = default)
    {
        if (blobs.FirstOrDefault(blob => !source.TryGet(blob.Hash, out byte[]? bytes) || bytes.Length != blob.Bytes) is { } unknown)
            throw new ArgumentException($"The blob {unknown.Hash} of {unknown.Bytes} bytes is not in the source: add it first.", nameof(blobs));
        if (blobs.Count == 0)
            return;
        OutgoingShipment shipment;
        OutgoingShipment? before;
        lock (gate)
        {
            shipment = new OutgoingShipment(++lastNumber, endpoint, [.. blobs.Distinct()]);
            if (!shipments.TryGetValue(endpoint, out List<OutgoingShipment>? queue))
                shipments.Add(endpoint, queue = []);
            before = queue.LastOrDefault();
            queue.Add(shipment);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task? run = null;
        try
        {
            if (before is not null)
                await (await Task.WhenAny(before.Ended, shipment.Lost.Task).WaitAsync(cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            run = Task.Run(() => RunAsync(shipment, stop.Token), CancellationToken.None); // without the caller's dispose scopes
            await (await Task.WhenAny(run, shipment.Lost.Task).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            lock (gate)
            {
                List<OutgoingShipment> queue = shipments[endpoint];
                queue.Remove(shipment);
                if (queue.Count == 0)
                    shipments.Remove(endpoint);
            }

            // A shipment that gave up while it waited lets the next one wait for the one before.
            Task over = run is null ? before?.Ended ?? Task.CompletedTask : Task.WhenAny(run);
            _ = over.ContinueWith(_ => shipment.End(), TaskScheduler.Default);
            _ = run?.ContinueWith(t => t.Exception, TaskContinuationOptions.OnlyOnFaulted); // observed: it was lost first
        }
    }

    /// <summary>An answer of a worker; anything else, and answers to what is over, are ignored.</summary>
    public void OnMessage(object message)
    {
        (int number, int endpoint) = message switch
        {
            WantBlobs want => (want.Shipment, want.Endpoint),
            BlobsHere here => (here.Shipment, here.Endpoint),
            BlobsRefused refused => (refused.Shipment, refused.Endpoint),
            _ => (-1, -1),
        };
        lock (gate)
        {
            if (shipments.TryGetValue(endpoint, out List<OutgoingShipment>? queue) && queue[0].Number == number)
                queue[0].Answer(message);
        }
    }

    /// <summary>An endpoint is gone for good: what waits for it fails with a sentence.</summary>
    public void OnPeerLost(int endpoint)
    {
        OutgoingShipment[] lost;
        lock (gate)
            lost = shipments.TryGetValue(endpoint, out List<OutgoingShipment>? queue) ? [.. queue] : [];
        foreach (OutgoingShipment shipment in lost)
            shipment.Lost.TrySetException(new ShipmentException($"{Name(endpoint)} was lost before it had all of its blobs. What it has is kept if it has a "
                + "cache directory; ship again when it is back."));
    }

    private async Task RunAsync(OutgoingShipment shipment, CancellationToken cancellation)
    {
        var sent = new Budget(shipment.Blobs);
        int silences = 0;
        tell(shipment.Endpoint, shipment.Offer);
        while (true)
        {
            switch (await shipment.NextAsync(patience, time, cancellation).ConfigureAwait(false))
            {
                case null when ++silences == MaxSilences:
                    throw new ShipmentException($"{Name(shipment.Endpoint)} has not answered the offer of {shipment.Blobs.Count} blobs for "
                        + $"{silences * patience.TotalSeconds:0.#} s.");
                case null:
                    tell(shipment.Endpoint, shipment.Offer);
                    break;
                case BlobsHere:
                    return;
                case BlobsRefused refused:
                    throw new ShipmentException($"{Name(shipment.Endpoint)} refused a shipment. {refused.Reason}");
                case WantBlobs want:
                    silences = 0;
                    await SendAsync(shipment, want, sent, cancellation).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task SendAsync(OutgoingShipment shipment, WantBlobs want, Budget sent, CancellationToken cancellation)
    {
        sent.Answered(shipment);
        foreach (BlobRest rest in want.Blobs)
        {
            Blob? blob = shipment.Blobs.FirstOrDefault(offered => offered.Hash == rest.Hash);
            if (blob is null || rest.Offset < 0 || rest.Offset >= blob.Bytes)
                throw new ShipmentException($"{Name(shipment.Endpoint)} asked for what was not offered: byte {rest.Offset} of the blob {rest.Hash}.");
            if (!source.TryGet(rest.Hash, out byte[]? bytes))
                throw new ShipmentException($"The blob {rest.Hash} was removed from the source while it was on its way to {Name(shipment.Endpoint)}.");
            for (long offset = rest.Offset; offset < bytes.Length; offset += BlobChunk.MaxBytes)
            {
                if (shipment.HasAnswer)
                    return; // it knows better by now what it needs
                int count = (int)Math.Min(BlobChunk.MaxBytes, bytes.Length - offset);
                sent.Sending(shipment, count);
                try
                {
                    using Tensor part = Copy(bytes.AsSpan((int)offset, count));
                    byte[] meta = new BlobChunk(shipment.Number, blob.Hash, offset, blob.Bytes).ToMeta();
                    await send(shipment.Endpoint, new OutgoingFrame(ChunkKind, meta, [part], WireDtype.UInt8), cancellation).ConfigureAwait(false);
                }
                catch (FrameDroppedException)
                {
                    // The connection broke: nobody knows what arrived, except the receiver.
                    cancellation.ThrowIfCancellationRequested();
                    tell(shipment.Endpoint, shipment.Offer);
                    return;
                }
                catch (InvalidOperationException e)
                {
                    throw new ShipmentException($"{Name(shipment.Endpoint)} cannot be reached: {e.Message}", e);
                }
            }
        }
    }

    private static Tensor Copy(ReadOnlySpan<byte> bytes)
    {
        Tensor tensor = empty(bytes.Length, ScalarType.Byte).DetachFromDisposeScope();
        bytes.CopyTo(tensor.bytes);
        return tensor;
    }

    private static string Name(int endpoint) => Hello.Name(endpoint);

    /// <summary>What one shipment may cost: broken connections and wrong bytes are paid for, a receiver that asks for ever is not.</summary>
    private sealed class Budget(IReadOnlyList<Blob> blobs)
    {
        private readonly long mostBytes = (4 * blobs.Sum(blob => blob.Bytes)) + (64L * BlobChunk.MaxBytes);
        private long bytes;
        private int answersLeft = 256 + (8 * blobs.Count);

        public void Answered(OutgoingShipment shipment)
        {
            if (--answersLeft < 0)
                throw Exhausted(shipment);
        }

        public void Sending(OutgoingShipment shipment, int count)
        {
            bytes += count;
            if (bytes > mostBytes)
                throw Exhausted(shipment);
        }

        private ShipmentException Exhausted(OutgoingShipment shipment) =>
            new($"{Name(shipment.Endpoint)} goes on asking for blobs although {bytes} bytes were sent for a shipment of {blobs.Sum(blob => blob.Bytes)}: the "
                + "connection breaks all the time, or something is wrong with it.");
    }
}

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

/// <summary>The coordinator's blobs, in memory. Thread-safe.</summary>
public sealed class BlobSource
{
    private readonly ConcurrentDictionary<string, byte[]> blobs = new(StringComparer.Ordinal);

    /// <summary>Keeps bytes, which nobody changes from now on; the same content is kept once.</summary>
    public Blob Add(byte[] bytes)
    {
        Blob blob = Blob.Of(bytes);
        blobs.TryAdd(blob.Hash, bytes);
        return blob;
    }

    /// <summary>Looks bytes up by their hash.</summary>
    public bool TryGet(string hash, [NotNullWhen(true)] out byte[]? bytes) => blobs.TryGetValue(hash, out bytes);

    /// <summary>Forgets a blob; a shipment under way that needs it fails.</summary>
    public bool Remove(string hash) => blobs.TryRemove(hash, out _);
}
