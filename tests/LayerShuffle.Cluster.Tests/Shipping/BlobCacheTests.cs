using LayerShuffle.Transport.Blobs;

namespace LayerShuffle.Cluster.Tests.Shipping;

public sealed class BlobCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Steps time = new();

    [Fact]
    public void The_oldest_files_go_first_and_strangers_stay()
    {
        string stranger = Path.Combine(folder.Path, "notes.txt");
        File.WriteAllBytes(stranger, new byte[5000]);
        var cache = new BlobCache(folder.Path, maxBytes: 1000, time);
        Blob[] blobs = [.. Enumerable.Range(0, 4).Select(i => Put(cache, (byte)i, 300))]; // the fourth is too much
        Files().ShouldBe([blobs[1].Hash, blobs[2].Hash, blobs[3].Hash], ignoreOrder: true);
        var later = new BlobCache(folder.Path, maxBytes: 1000, time);
        later.Has(blobs[1]).ShouldBeTrue(); // used: now the newest
        Put(later, 9, 300);
        Files().ShouldContain(blobs[1].Hash);
        Files().ShouldNotContain(blobs[2].Hash);
        Put(later, 10, 1000);
        Files().Length.ShouldBe(1);
        File.Exists(stranger).ShouldBeTrue();
    }

    [Fact]
    public void A_partial_file_that_is_being_written_is_not_evicted_and_an_abandoned_one_is()
    {
        Blob half = Blob.Of(new byte[900]);
        var cache = new BlobCache(folder.Path, maxBytes: 1000, time);
        using (BlobPartial partial = cache.Begin(half))
        {
            partial.Append(new byte[800]);
            Put(new BlobCache(folder.Path, maxBytes: 1000, time), 1, 300);
            Directory.GetFiles(folder.Path, "*.part").Length.ShouldBe(1);
        }

        Put(cache, 2, 900);
        Directory.GetFiles(folder.Path, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public void Memory_is_bounded()
    {
        var cache = new BlobCache(null, maxBytes: 1000);
        Blob[] blobs = [.. Enumerable.Range(0, 4).Select(i => Put(cache, (byte)i, 300))];
        cache.MemoryBytes.ShouldBe(900);
        cache.TryTake(blobs[0].Hash, out _).ShouldBeFalse();
        cache.TryTake(blobs[1].Hash, out byte[]? kept).ShouldBeTrue();
        kept![0].ShouldBe((byte)1);
        Put(cache, 7, 300);
        cache.Has(blobs[1]).ShouldBeTrue();
        cache.Has(blobs[2]).ShouldBeFalse();
    }

    [Fact]
    public void With_a_directory_memory_lets_go_of_what_was_taken()
    {
        var cache = new BlobCache(folder.Path);
        Blob blob = Put(cache, 1, 300);
        cache.MemoryBytes.ShouldBe(300);
        cache.TryTake(blob.Hash, out _).ShouldBeTrue();
        cache.MemoryBytes.ShouldBe(0);
        cache.TryTake(blob.Hash, out byte[]? again).ShouldBeTrue();
        Blob.Of(again).ShouldBe(blob);
    }

    public void Dispose() => folder.Dispose();

    private static Blob Put(BlobCache cache, byte value, int length)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        BlobPartial partial = cache.Begin(Blob.Of(bytes));
        partial.Append(bytes);
        cache.Finish(partial, partial.Complete()!);
        return partial.Blob;
    }

    private string[] Files() => [.. Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)).Where(Blob.IsHash)];

    /// <summary>A clock that goes on by a minute with every look.</summary>
    private sealed class Steps : TimeProvider
    {
        private int looks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMinutes(Interlocked.Increment(ref looks));
    }
}
