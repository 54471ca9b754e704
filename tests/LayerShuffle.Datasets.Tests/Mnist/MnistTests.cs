using System.IO.Compression;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Mnist;

public class MnistTests
{
    private static byte[] Images(int count, int side) =>
        [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)side, 0, 0, 0, (byte)side, .. Enumerable.Range(0, count * side * side).Select(i => (byte)(i + 1))];

    private static byte[] Labels(params byte[] labels) => [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels];

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static TempFolder Tiny(int side = 28)
    {
        var folder = new TempFolder();
        folder.Write("train-images-idx3-ubyte", Images(2, side));
        folder.Write("train-labels-idx1-ubyte", Labels(7, 0));
        folder.Write("t10k-images-idx3-ubyte.gz", Gzip(Images(1, side)));
        folder.Write("t10k-labels-idx1-ubyte.gz", Gzip(Labels(9)));
        return folder;
    }

    private static ImageDataset Load(TempFolder folder, int size) =>
        DatasetLoader.Load(new() { Kind = DatasetKind.Mnist, Path = folder.Path, ImageSize = size }, SeedTree.Root(0));

    private static string Message(TempFolder folder) => Should.Throw<DatasetException>(() => Load(folder, 28)).Message;

    [Fact]
    public void Plain_and_gzipped_files_are_read()
    {
        using TempFolder folder = Tiny();
        ImageDataset data = Load(folder, 28);
        (data.Train.Count, data.Train.Label(0), data.Train.Label(1), data.Test.Label(0)).ShouldBe((2, 7, 0, 9));
        byte[] pixels = Pictures.Pixels(data.Train, 0);
        pixels[..3].ShouldBe([1, 2, 3]);
        pixels[784..1568].ShouldBe(pixels[..784]);
        pixels[1568..].ShouldBe(pixels[..784]);
    }

    [Fact]
    public void Four_more_pixels_are_a_black_margin()
    {
        using TempFolder folder = Tiny();
        byte[] plain = Pictures.Pixels(Load(folder, 28).Train, 1), padded = Pictures.Pixels(Load(folder, 32).Train, 1);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 32; x++)
                padded[y * 32 + x].ShouldBe(y is < 2 or >= 30 || x is < 2 or >= 30 ? (byte)0 : plain[(y - 2) * 28 + x - 2]);
    }

    [Fact]
    public void Much_larger_is_resized()
    {
        using TempFolder folder = Tiny();
        Load(folder, 56).Train.Height.ShouldBe(56);
        Load(folder, 14).Train.Height.ShouldBe(14);
    }

    [Fact]
    public void A_wrong_magic_is_refused()
    {
        using TempFolder folder = Tiny();
        folder.Write("train-images-idx3-ubyte", Labels(1));
        folder.Write("train-labels-idx1-ubyte", Images(1, 2));
        Message(folder).ShouldContain("train-images-idx3-ubyte");
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using TempFolder folder = Tiny();
        folder.Write("train-images-idx3-ubyte", Images(2, 28)[..1000]);
        Message(folder).ShouldContain("asks for 1568");
    }

    [Fact]
    public void A_truncated_gzip_file_is_refused()
    {
        using TempFolder folder = Tiny();
        folder.Write("t10k-images-idx3-ubyte.gz", Gzip(Images(1, 28))[..100]);
        Message(folder).ShouldContain("t10k-images-idx3-ubyte.gz");
    }

    [Fact]
    public void A_label_above_9_is_refused()
    {
        using TempFolder folder = Tiny();
        folder.Write("train-labels-idx1-ubyte", Labels(7, 10));
        Message(folder).ShouldContain("record 1 has the label 10");
    }

    [Fact]
    public void As_many_labels_as_images_are_expected()
    {
        using TempFolder folder = Tiny();
        folder.Write("train-labels-idx1-ubyte", Labels(7));
        Message(folder).ShouldContain("2 images but");
    }
}
