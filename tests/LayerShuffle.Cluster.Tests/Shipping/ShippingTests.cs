using LayerShuffle.Transport.Blobs;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Shipping;

/// <summary>Blobs over real data planes: once, the rest after a break, and again when they are damaged.</summary>
[Collection(AloneCollection.Name)]
public sealed class ShippingTests
{
    private const int Mega = 1 << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blobs_travel_once(bool withDirectory)
    {
        using var folder = new TemporaryFolder();
        long before = TensorChecks.Settled();
        await using (var coordinator = new ShippingCoordinator())
        {
            Blob large = coordinator.Noise((9 * Mega) + 1), small = coordinator.Noise(100), empty = coordinator.Noise(0);
            await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(withDirectory ? folder.Path : null));
            await coordinator.Ship(1, large, small, empty, small);
            worker.Bytes.ShouldBe(large.Bytes + small.Bytes);
            coordinator.Holds(worker, large, small, empty);
            await coordinator.Ship(1, small, large);
            worker.Bytes.ShouldBe(large.Bytes + small.Bytes);
            coordinator.Holds(worker, large, small);
            Blob another = coordinator.Noise(1000);
            await coordinator.Ship(1, large, another);
            worker.Bytes.ShouldBe(large.Bytes + small.Bytes + another.Bytes);
            if (withDirectory)
                Directory.GetFiles(folder.Path).Select(Path.GetFileName).ShouldBe([large.Hash, small.Hash, empty.Hash, another.Hash], ignoreOrder: true);

            // A worker that is started again on the same directory has them; on memory alone it has nothing.
            await using ShippingWorker again = coordinator.Worker(1, new BlobCache(withDirectory ? folder.Path : null), incarnation: 1);
            await coordinator.Ship(1, large, small);
            again.Bytes.ShouldBe(withDirectory ? 0 : large.Bytes + small.Bytes);
            coordinator.Holds(again, large, small);
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task What_a_killed_worker_had_does_not_travel_again()
    {
        using var folder = new TemporaryFolder();
        await using var coordinator = new ShippingCoordinator();
        Blob first = coordinator.Noise(3 * Mega), second = coordinator.Noise(30 * Mega);
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task shipping;
        await using (ShippingWorker worker = coordinator.Worker(1, new BlobCache(folder.Path), lose: number =>
        {
            if (number == 4)
                broken.TrySetResult();
            return number >= 4;
        }))
        {
            shipping = coordinator.Ship(1, first, second);
            await broken.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        coordinator.Sender.OnPeerLost(1);
        (await Should.ThrowAsync<ShipmentException>(shipping)).Message.ShouldContain("node 1 was lost");

        await using ShippingWorker after = coordinator.Worker(1, new BlobCache(folder.Path), incarnation: 1);
        await coordinator.Ship(1, first, second);
        after.Bytes.ShouldBe(second.Bytes - (3 * BlobChunk.MaxBytes));
        coordinator.Holds(after, first, second);
    }

    [Theory]
    [InlineData(2)] // in the middle: the next chunk shows it
    [InlineData(4)] // the last: only silence shows it
    public async Task A_chunk_that_is_lost_is_sent_again(int lost)
    {
        await using var coordinator = new ShippingCoordinator(patience: TimeSpan.FromMilliseconds(200));
        Blob blob = coordinator.Noise(5 * BlobChunk.MaxBytes);
        await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(null), lose: number => number == lost);
        await coordinator.Ship(1, blob);
        coordinator.Holds(worker, blob);
    }

    [Fact]
    public async Task A_broken_connection_costs_the_frame_it_broke_in()
    {
        int sends = 0;
        await using var coordinator = new ShippingCoordinator(fail: _ => Interlocked.Increment(ref sends) is 2 or 3 or 6);
        Blob blob = coordinator.Noise(5 * BlobChunk.MaxBytes);
        await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(null));
        await coordinator.Ship(1, blob);
        worker.Bytes.ShouldBeInRange(blob.Bytes, blob.Bytes + (3 * BlobChunk.MaxBytes)); // what was still on its way at a break is asked for too
        coordinator.Holds(worker, blob);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_file_is_fetched_again(bool truncated)
    {
        using var folder = new TemporaryFolder();
        await using var coordinator = new ShippingCoordinator();
        Blob good = coordinator.Noise(1000), bad = coordinator.Noise(2000);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, good.Hash), coordinator.BytesOf(good));
        byte[] damaged = [.. coordinator.BytesOf(bad)];
        damaged[77] ^= 4;
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, bad.Hash), truncated ? damaged[..70] : damaged);
        await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(folder.Path));
        await coordinator.Ship(1, good, bad);
        worker.Bytes.ShouldBe(bad.Bytes);
        coordinator.Holds(worker, good, bad);
        (await File.ReadAllBytesAsync(Path.Combine(folder.Path, bad.Hash))).ShouldBe(coordinator.BytesOf(bad));
    }

    [Fact]
    public async Task A_damaged_partial_file_is_found_out_and_fetched_from_its_beginning()
    {
        using var folder = new TemporaryFolder();
        await using var coordinator = new ShippingCoordinator();
        Blob blob = coordinator.Noise(2000), longer = coordinator.Noise(100);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, blob.Hash + ".0.part"), new byte[1500]);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, longer.Hash + ".0.part"), new byte[1500]);
        await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(folder.Path));
        await coordinator.Ship(1, blob, longer);
        worker.Bytes.ShouldBeInRange(500 + 2000 + 100, 500 + 2000 + 100 + 100); // the second may be on its way when the first is asked for again
        coordinator.Holds(worker, blob, longer);
    }

    [Fact]
    public async Task Workers_that_share_a_directory_do_not_spoil_each_other()
    {
        using var folder = new TemporaryFolder();
        await using var coordinator = new ShippingCoordinator();
        Blob[] blobs = [.. Enumerable.Range(0, 6).Select(i => coordinator.Noise((i * 3 * Mega) + 5))];
        var workers = new ShippingWorker[4];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = coordinator.Worker(i + 1, new BlobCache(folder.Path));
        await Task.WhenAll(workers.Select((_, i) => coordinator.Ship(i + 1, blobs)));
        foreach (ShippingWorker worker in workers)
        {
            coordinator.Holds(worker, blobs);
            await worker.DisposeAsync();
        }

        Directory.GetFiles(folder.Path).Select(Path.GetFileName).ShouldBe(blobs.Select(blob => blob.Hash), ignoreOrder: true);
        foreach (Blob blob in blobs)
            Blob.Of(await File.ReadAllBytesAsync(Path.Combine(folder.Path, blob.Hash))).ShouldBe(blob);
    }

    [Fact]
    public async Task Shipments_to_one_endpoint_follow_each_other()
    {
        await using var coordinator = new ShippingCoordinator();
        await using ShippingWorker worker = coordinator.Worker(1, new BlobCache(null));
        Blob[] blobs = [.. Enumerable.Range(0, 8).Select(_ => coordinator.Noise(3 * Mega))];
        using var gone = new CancellationTokenSource();
        Task cancelled = coordinator.Sender.ShipAsync(1, [blobs[0]], gone.Token);
        await gone.CancelAsync();
        Task[] all = [.. Enumerable.Range(0, 8).Select(i => coordinator.Ship(1, blobs[i], blobs[(i + 1) % 8]))];
        await Task.WhenAll(all);
        coordinator.Holds(worker, blobs);
        try
        {
            await cancelled;
        }
        catch (OperationCanceledException)
        {
            // Unless it was faster.
        }
    }

    [Fact]
    public async Task Failures_are_sentences()
    {
        await using var coordinator = new ShippingCoordinator();
        Blob blob = coordinator.Noise(1000);
        await using ShippingWorker small = coordinator.Worker(1, new BlobCache(null, maxBytes: 999));
        (await Should.ThrowAsync<ShipmentException>(coordinator.Ship(1, blob))).Message.ShouldContain("1000 bytes does not fit");
        await Should.ThrowAsync<ArgumentException>(coordinator.Ship(1, new Blob(blob.Hash, 3)));
        Should.Throw<ShipmentException>(() => small.Receiver.Get(blob.Hash)).Message.ShouldContain("not on this worker");
        await coordinator.Ship(1);

        List<object> told = [];
        var silent = new BlobSender(coordinator.Source, (_, message) => told.Add(message), (_, _, _) => default, patience: TimeSpan.FromMilliseconds(2));
        (await Should.ThrowAsync<ShipmentException>(silent.ShipAsync(3, [blob]))).Message.ShouldContain("node 3 has not answered");
        told.Count.ShouldBe(24);
    }

    [Fact]
    public async Task A_worker_that_asks_for_what_was_not_offered_or_for_ever_is_refused()
    {
        var source = new BlobSource();
        Blob offered = source.Add(new byte[100]), secret = source.Add(new byte[200]);
        long sent = 0;
        BlobSender? sender = null;
        Func<int, object> answer = _ => throw new InvalidOperationException();
        sender = new BlobSender(source, (_, offer) => sender!.OnMessage(answer(((OfferBlobs)offer).Shipment)), (_, frame, _) =>
        {
            sent += frame.Tensors[0].numel();
            sender!.OnMessage(answer(BlobChunk.Read(frame.Meta).Shipment));
            return default;
        });
        foreach (BlobRest rest in new[] { new BlobRest(secret.Hash, 0), new BlobRest(offered.Hash, -1), new BlobRest(offered.Hash, 100),
            new BlobRest("../x", 0) })
        {
            answer = shipment => new WantBlobs(shipment, 1, [rest]);
            (await Should.ThrowAsync<ShipmentException>(sender.ShipAsync(1, [offered]))).Message.ShouldContain("was not offered");
        }

        sent.ShouldBe(0);
        answer = shipment => new WantBlobs(shipment, 1, [new BlobRest(offered.Hash, 0)]);
        (await Should.ThrowAsync<ShipmentException>(sender.ShipAsync(1, [offered])
            .WaitAsync(TimeSpan.FromSeconds(30)))).Message.ShouldContain("goes on asking");
        sent.ShouldBeLessThan(100_000);
        sender.OnMessage(new BlobsHere(1, 1)); // nothing is under way
        sender.OnMessage("nonsense");
    }
}
