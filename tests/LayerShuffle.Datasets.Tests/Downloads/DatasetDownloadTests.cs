using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Datasets.Downloads;

namespace LayerShuffle.Datasets.Tests.Downloads;

/// <summary>Public datasets, from a server of our own on loopback.</summary>
public sealed class DatasetDownloadTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly HttpClient client = new();
    private readonly List<string> said = [];

    [Fact]
    public async Task An_archive_is_fetched_checked_and_unpacked_and_not_fetched_again()
    {
        byte[] archive = TarGz(("batches/one.bin", "first"), ("batches/sub/two.bin", "second"));
        using var server = new FileServer(archive);
        await Get(Dataset(server, archive));
        File.ReadAllText(scratch.At("data/batches/one.bin")).ShouldBe("first");
        File.ReadAllText(scratch.At("data/batches/sub/two.bin")).ShouldBe("second");
        File.Exists(scratch.At("data/a.tar.gz")).ShouldBeFalse();
        await Get(Dataset(server, archive));
        server.Requests.ShouldBe(1);
        said[^1].ShouldBe($"tiny is in {scratch.At("data")} already.");
    }

    [Fact]
    public async Task A_single_file_is_unpacked_under_its_name()
    {
        byte[] packed = Gz(Encoding.UTF8.GetBytes("digits"));
        using var server = new FileServer(packed);
        await Get(Dataset(server, packed, Packing.Gz, "train-images-idx3-ubyte.gz"));
        File.ReadAllText(scratch.At("data/train-images-idx3-ubyte")).ShouldBe("digits");
    }

    [Fact]
    public async Task What_was_cut_off_is_kept_and_gone_on_with()
    {
        byte[] archive = TarGz(("x.bin", string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i * 7919}"))));
        using var server = new FileServer(archive) { CutAfter = archive.Length / 2 };
        DatasetException cut = await Should.ThrowAsync<DatasetException>(() => Get(Dataset(server, archive)));
        cut.Message.ShouldContain("The same command goes on behind the ");
        new FileInfo(scratch.At("data/a.tar.gz.part")).Length.ShouldBe(archive.Length / 2);
        server.CutAfter = null;
        await Get(Dataset(server, archive));
        server.LastRange.ShouldBe($"bytes={archive.Length / 2}-");
        File.Exists(scratch.At("data/x.bin")).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_file_is_refused_and_removed()
    {
        byte[] archive = TarGz(("x.bin", "x"));
        using var server = new FileServer(TarGz(("x.bin", "other")));
        DatasetException other = await Should.ThrowAsync<DatasetException>(() => Get(Dataset(server, archive)));
        other.Message.ShouldContain("is not the file that it should be");
        Directory.EnumerateFileSystemEntries(scratch.At("data")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_network_the_sentence_says_what_to_do()
    {
        byte[] archive = TarGz(("x.bin", "x"));
        PublicDataset nobody;
        using (var server = new FileServer(archive))
            nobody = Dataset(server, archive);
        DatasetException refused = await Should.ThrowAsync<DatasetException>(() => Get(nobody));
        refused.Message.ShouldContain("a.tar.gz cannot be fetched: ");
        refused.Message.ShouldContain("Is there a network? Else fetch it elsewhere");
    }

    [Fact]
    public async Task A_folder_that_holds_something_else_stays_as_it_is()
    {
        Directory.CreateDirectory(scratch.At("data"));
        File.WriteAllText(scratch.At("data/thesis.txt"), "mine");
        byte[] archive = TarGz(("thesis.txt", "theirs"));
        using var server = new FileServer(archive);
        (await Should.ThrowAsync<DatasetException>(() => Get(Dataset(server, archive)))).Message.ShouldContain("exists and is not empty");
        File.ReadAllText(scratch.At("data/thesis.txt")).ShouldBe("mine");
        server.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("../out.txt")]
    [InlineData("a/../../out.txt")]
    [InlineData("/out.txt")]
    [InlineData("..\\out.txt")]
    [InlineData("C:out.txt")]
    public async Task What_lies_outside_of_the_folder_is_not_unpacked(string name)
    {
        byte[] archive = TarGz((name, "out"));
        using var server = new FileServer(archive);
        (await Should.ThrowAsync<DatasetException>(() => Get(Dataset(server, archive)))).Message.ShouldContain("lies outside of the folder");
        File.Exists(scratch.At("out.txt")).ShouldBeFalse();
    }

    [Fact]
    public async Task Links_are_not_unpacked()
    {
        using var bytes = new MemoryStream();
        using (var gz = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gz, TarEntryFormat.Pax))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
        using var server = new FileServer(bytes.ToArray());
        (await Should.ThrowAsync<DatasetException>(() => Get(Dataset(server, bytes.ToArray())))).Message.ShouldContain("nothing but files is unpacked");
    }

    [Fact]
    public void Every_dataset_is_of_a_kind_that_scenarios_know_and_has_its_hashes()
    {
        PublicDataset.All.Select(dataset => dataset.Name).ShouldBe(["cifar10", "cifar100", "mnist", "fashion-mnist"]);
        foreach (PublicFile file in PublicDataset.All.SelectMany(dataset => dataset.Files))
            file.Md5.ShouldMatch("^[0-9a-f]{32}$");
        PublicDataset.All.SelectMany(dataset => dataset.Files).Select(file => file.Md5).ShouldBeUnique();
    }

    public void Dispose()
    {
        client.Dispose();
        scratch.Dispose();
    }

    private Task Get(PublicDataset dataset) =>
        new DatasetDownload(client, said.Add).Get(dataset, scratch.At("data"), cancellation: TestContext.Current.CancellationToken);

    private static PublicDataset Dataset(FileServer server, byte[] archive, Packing packing = Packing.TarGz, string name = "a.tar.gz") =>
        new("tiny", "cifar10", server.Address, [new PublicFile(name, Convert.ToHexStringLower(MD5.HashData(archive)), packing)]);

    private static byte[] TarGz(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var gz = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gz, TarEntryFormat.Pax))
        {
            foreach ((string name, string text) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return bytes.ToArray();
    }

    private static byte[] Gz(byte[] plain)
    {
        using var bytes = new MemoryStream();
        using (var gz = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gz.Write(plain);
        return bytes.ToArray();
    }
}
