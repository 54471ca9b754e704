using System.Threading.Channels;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Shipping;

/// <summary>What a receiver makes of offers and chunks that no honest coordinator sends.</summary>
[Collection(AloneCollection.Name)]
public sealed class BlobReceiverTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
    private static readonly Blob Wanted = Blob.Of(Content);
    private readonly TemporaryFolder folder = new();
    private readonly Channel<object> answers = Channel.CreateUnbounded<object>();
    private readonly BlobReceiver receiver;

    public BlobReceiverTests() => receiver = new BlobReceiver(new BlobCache(Path.Combine(folder.Path, "cache"), maxBytes: 10_000), 7,
        message => answers.Writer.TryWrite(message));

    public static TheoryData<string> HostileNames => ["", "..", "../../escape", "/etc/passwd", "C:\\x", Wanted.Hash.ToUpperInvariant(), Wanted.Hash[..63],
        Wanted.Hash + "0", "\0" + Wanted.Hash[1..], new string('/', 64)];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Only_hashes_become_names_of_files(string name)
    {
        receiver.OnOffer(new OfferBlobs(1, [new Blob(name, 10)]));
        (await Answer<BlobsRefused>()).Reason.ShouldContain("not the hash of a blob");
        Should.Throw<ShipmentException>(() => receiver.Get(name));
        Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(folder.Path, "cache")]);
    }

    [Fact]
    public async Task Offers_beyond_the_limits_are_refused_at_once()
    {
        string Other(int i) => Blob.HashOf(BitConverter.GetBytes(i));
        (OfferBlobs Offer, string Why)[] offers =
        [
            (new(1, [new Blob(Wanted.Hash, 10_001)]), "does not fit"),
            (new(1, [new Blob(Wanted.Hash, 6000), new Blob(Other(1), 6000)]), "does not fit"),
            (new(1, [new Blob(Wanted.Hash, -1)]), "-1 bytes"),
            (new(1, [new Blob(Wanted.Hash, long.MaxValue), new Blob(Other(1), long.MaxValue)]), "at most"),
            (new(1, [new Blob(Wanted.Hash, 5), new Blob(Wanted.Hash, 6)]), "several sizes"),
            (new(1, [.. Enumerable.Range(0, 4097).Select(i => new Blob(Other(i), 1))]), "too many"),
        ];
        foreach ((OfferBlobs offer, string why) in offers)
        {
            receiver.OnOffer(offer);
            BlobsRefused refused = await Answer<BlobsRefused>();
            (refused.Shipment, refused.Endpoint).ShouldBe((1, 7));
            refused.Reason.ShouldContain(why);
        }

        Directory.GetFileSystemEntries(Path.Combine(folder.Path, "cache")).ShouldBeEmpty();
        await Ask();
    }

    [Fact]
    public async Task Chunks_that_nobody_asked_for_are_ignored()
    {
        long before = TensorChecks.Settled();
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content); // before any offer
        await Ask();
        Send(2, Wanted.Hash, 0, Wanted.Bytes, Content); // another shipment
        Send(1, Blob.HashOf([1]), 0, Wanted.Bytes, Content); // another blob
        Send(1, Wanted.Hash, 0, Wanted.Bytes + 1, Content); // another size
        Send(1, Wanted.Hash, 0, Wanted.Bytes, [.. Content, 1]); // too many bytes
        Send(1, Wanted.Hash, 1, Wanted.Bytes, Content); // beyond the end
        Send(1, Wanted.Hash, long.MaxValue, Wanted.Bytes, Content[..1]);
        Send(1, Wanted.Hash, 0, Wanted.Bytes, []); // for ever nothing
        Frame(new BlobChunk(1, Wanted.Hash, 0, Wanted.Bytes).ToMeta(), [zeros(1000)]); // not bytes
        Frame(new BlobChunk(1, Wanted.Hash, 0, Wanted.Bytes).ToMeta(), []);
        Frame(new BlobChunk(1, Wanted.Hash, 0, Wanted.Bytes).ToMeta(), [Bytes(Content), Bytes(Content)]);
        Frame(new BlobChunk(1, Wanted.Hash, 0, Wanted.Bytes).ToMeta(), [Bytes(Content)], from: 3); // not the coordinator
        Frame([1, 2, 3], [Bytes(Content)]);
        receiver.IgnoredFrames.ShouldBe(13);
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content[..400]);
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content[..400]); // twice
        Send(1, Wanted.Hash, 200, Wanted.Bytes, Content[200..]); // overlapping
        receiver.IgnoredFrames.ShouldBe(15);
        answers.Reader.TryRead(out _).ShouldBeFalse();

        Send(1, Wanted.Hash, 500, Wanted.Bytes, Content[500..600]); // a gap: asked for once, not for every chunk behind it
        Send(1, Wanted.Hash, 600, Wanted.Bytes, Content[600..]);
        (await Answer<WantBlobs>()).Blobs.ShouldBe([new BlobRest(Wanted.Hash, 400)]);
        answers.Reader.TryRead(out _).ShouldBeFalse();
        Send(1, Wanted.Hash, 400, Wanted.Bytes, Content[400..]);
        await Answer<BlobsHere>();
        receiver.Get(Wanted.Hash).ShouldBe(Content);
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content); // over
        receiver.IgnoredFrames.ShouldBe(18);
        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task Random_chunks_never_make_a_wrong_blob()
    {
        await Ask();
        RandomStream luck = SeedTree.Root(99).Child("chunks").Stream();
        for (int i = 0; i < 20_000; i++)
        {
            int from = luck.Next(1000), length = luck.Next(300);
            byte[] part = Content[from..Math.Min(1000, from + length)];
            Send(luck.Next(10) == 0 ? 2 : 1, Wanted.Hash, luck.Next(10) == 0 ? luck.Next(2000) : from, luck.Next(10) == 0 ? luck.Next(2000) : 1000, part);
            while (answers.Reader.TryRead(out object? answer))
            {
                if (answer is not BlobsHere)
                    continue;
                receiver.Get(Wanted.Hash).ShouldBe(Content);
                File.Delete(Path.Combine(folder.Path, "cache", Wanted.Hash));
                await Ask();
            }
        }
    }

    [Fact]
    public async Task Wrong_bytes_are_asked_for_again_and_then_refused()
    {
        await Ask();
        for (int i = 0; i < 3; i++)
        {
            Send(1, Wanted.Hash, 0, Wanted.Bytes, Content[..500]);
            Send(1, Wanted.Hash, 500, Wanted.Bytes, new byte[500]);
            if (i < 2)
                (await Answer<WantBlobs>()).Blobs.ShouldBe([new BlobRest(Wanted.Hash, 0)]);
        }

        (await Answer<BlobsRefused>()).Reason.ShouldContain("does not have that hash");
        Should.Throw<ShipmentException>(() => receiver.Get(Wanted.Hash));
        await Ask();
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content);
        await Answer<BlobsHere>();
    }

    [Fact]
    public async Task A_new_offer_replaces_the_old_one_and_goes_on_where_that_was()
    {
        await Ask();
        Send(1, Wanted.Hash, 0, Wanted.Bytes, Content[..300]);
        receiver.OnOffer(new OfferBlobs(2, [Wanted]));
        WantBlobs want = await Answer<WantBlobs>();
        (want.Shipment, want.Blobs[0].Offset).ShouldBe((2, 300));
        Send(1, Wanted.Hash, 300, Wanted.Bytes, Content[300..]);
        receiver.OnOffer(new OfferBlobs(1, [Wanted])); // a late repetition
        Send(2, Wanted.Hash, 300, Wanted.Bytes, Content[300..]);
        (await Answer<BlobsHere>()).Shipment.ShouldBe(2);
    }

    [Fact]
    public async Task Many_blobs_are_asked_for_in_portions()
    {
        byte[][] contents = [.. Enumerable.Range(0, 200).Select(BitConverter.GetBytes)];
        receiver.OnOffer(new OfferBlobs(1, [.. contents.Select(content => Blob.Of(content))]));
        int portions = 0;
        while (await answers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)) is WantBlobs want)
        {
            portions++;
            want.Blobs.Length.ShouldBeLessThanOrEqualTo(64);
            foreach (BlobRest rest in want.Blobs)
                Send(1, rest.Hash, 0, 4, contents.Single(content => Blob.HashOf(content) == rest.Hash));
        }

        portions.ShouldBe(4);
        foreach (byte[] content in contents)
            receiver.Get(Blob.HashOf(content)).ShouldBe(content);
    }

    public void Dispose()
    {
        receiver.Dispose();
        folder.Dispose();
    }

    private async Task Ask()
    {
        receiver.OnOffer(new OfferBlobs(1, [Wanted]));
        WantBlobs want = await Answer<WantBlobs>();
        want.Blobs[0].Hash.ShouldBe(Wanted.Hash);
    }

    private async Task<T> Answer<T>() => (await answers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeOfType<T>();

    private static Tensor Bytes(byte[] bytes) => tensor(bytes, ScalarType.Byte);

    private void Send(int shipment, string hash, long offset, long total, byte[] bytes) =>
        Frame(new BlobChunk(shipment, hash, offset, total).ToMeta(), [Bytes(bytes)]);

    private void Frame(byte[] meta, Tensor[] tensors, int from = 0) => receiver.OnChunk(new IncomingFrame(from, BlobSender.ChunkKind, meta, tensors, 0));
}
