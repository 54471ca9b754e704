using System.Buffers.Binary;
using System.IO.Compression;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Images;

public class ImageLimitTests
{
    private static string Message(byte[] file) => Should.Throw<DatasetException>(() => ImageDecoder.Decode(file, "trap")).Message;

    private static long Allocated(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void A_small_png_with_gigabytes_of_packed_data_is_refused_without_unpacking_them()
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (int i = 0; i < 512; i++)
                zlib.Write(zeros);
        }
        byte[] file = PngFile.Wrap(10, 10, packed.ToArray());
        string message = "";
        Allocated(() => message = Message(file)).ShouldBeLessThan(16L << 20);
        message.ShouldContain("'trap' holds");
    }

    [Theory]
    [InlineData("rgb.png", 16, 20, 4, true)]
    [InlineData("rgb.bmp", 18, 22, 4, false)]
    public void A_hundred_thousand_squared_is_refused(string name, int width, int height, int bytes, bool bigEndian)
    {
        byte[] file = [.. Fixture.Of(name).File];
        foreach (int at in new[] { width, height })
            if (bigEndian)
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at, bytes), 100_000);
            else
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at, bytes), 100_000);
        string message = "";
        Allocated(() => message = Message(file)).ShouldBeLessThan(1L << 20);
        message.ShouldContain("trap");
    }

    // Size; a height whose rows are not there; a strip, a tile and a palette that are longer than the file.
    [Theory]
    [InlineData("white-is-zero.tif", 100_000, "100000 × 100000", 256, 257)]
    [InlineData("white-is-zero.tif", 4_000_000, "parts of the image are missing", 257)]
    [InlineData("white-is-zero.tif", 1_500_000_000, "parts of the image are missing", 279)]
    [InlineData("tiled.tif", 2_000_000, "parts of the image are missing", 256)]
    [InlineData("tiled.tif", 60_000, "60000 × 60000", 322, 323)]
    public void A_tiff_that_claims_too_much_is_refused(string name, int value, string said, params int[] tags)
    {
        byte[] file = [.. Fixture.Of(name).File];
        for (int at = 10; at + 12 < file.Length && at < 10 + 12 * 12; at += 12)
            if (tags.Contains(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at))))
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 8), value);
        string message = "";
        Allocated(() => message = Message(file)).ShouldBeLessThan(1L << 20);
        message.ShouldContain(said);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    public void A_device_in_place_of_an_image_is_refused(string device)
    {
        Assert.SkipUnless(File.Exists(device), $"There is no {device}.");
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "train", "a"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "train", "a", "endless.png"), device);
        folder.Write("test/a/x.png", Fixture.Of("rgb.png").File);
        Refused(folder).ShouldContain("endless.png' is empty, or no ordinary file but a pipe or a device");
    }

    [Fact]
    public void A_pipe_in_place_of_an_image_is_refused_without_waiting_for_a_writer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no names in folders here.");
        using var folder = new TempFolder();
        folder.Write("train/a/x.png", Fixture.Of("rgb.png").File);
        folder.Write("test/a/x.png", Fixture.Of("rgb.png").File);
        using (var maker = System.Diagnostics.Process.Start("mkfifo", Path.Combine(folder.Path, "train", "a", "pipe.png")))
            maker.WaitForExit();
        Refused(folder).ShouldContain("pipe.png' is empty, or no ordinary file");
    }

    [Fact]
    public void A_link_to_nothing_is_refused()
    {
        using var folder = new TempFolder();
        folder.Write("train/a/x.png", Fixture.Of("rgb.png").File);
        folder.Write("test/a/x.png", Fixture.Of("rgb.png").File);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "train", "a", "gone.png"), Path.Combine(folder.Path, "nowhere.png"));
        Refused(folder).ShouldContain("gone.png");
    }

    [Fact]
    public void A_linked_image_is_read()
    {
        using var folder = new TempFolder();
        string real = folder.Write("elsewhere.png", Fixture.Of("rgb.png").File);
        folder.Write("test/a/x.png", Fixture.Of("rgb.png").File);
        Directory.CreateDirectory(Path.Combine(folder.Path, "train", "a"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "train", "a", "link.png"), real);
        ImageFolders.Load(folder).Train.Count.ShouldBe(1);
    }

    [Fact]
    public void A_huge_file_is_refused_before_it_is_read()
    {
        using var folder = new TempFolder();
        folder.Write("test/a/x.png", Fixture.Of("rgb.png").File);
        string path = folder.Write("train/a/huge.png", Fixture.Of("rgb.png").File);
        using (FileStream file = File.OpenWrite(path))
            file.SetLength(3L << 30); // a hole: it takes no room
        Refused(folder).ShouldContain("huge.png' has 3221225472 bytes; at most 244 MiB");
    }

    private static string Refused(TempFolder folder) => Should.Throw<DatasetException>(() => ImageFolders.Load(folder)).Message;
}
