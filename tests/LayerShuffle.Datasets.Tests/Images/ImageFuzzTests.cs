using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Images;

public class ImageFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        PngFile.Encode(9, 7, (x, y) => ((byte)(x * 20), (byte)(y * 30), (byte)(x * y))),
        JpegFile.Tiny,
    ];

    [Fact]
    public void The_tiny_jpeg_is_decoded()
    {
        PlanarImage image = ImageTransform.Decode(JpegFile.Tiny, "tiny.jpg");
        (image.Height, image.Width).ShouldBe((8, 8));
        image.Pixels.ShouldAllBe(value => value >= 126 && value <= 130);
    }

    [Fact]
    public void Damaged_bytes_decode_or_throw_a_dataset_exception()
    {
        SeedTree seed = SeedTree.Root(11);
        for (int run = 0; run < 4000; run++)
        {
            RandomStream luck = seed.Child(run).Stream();
            byte[] file = [.. Seeds[run % Seeds.Length]];
            for (int i = luck.Next(6); i >= 0; i--)
                file[luck.Next(file.Length)] = (byte)luck.Next(256);
            if (luck.Next(3) == 0)
                file = file[..luck.Next(file.Length)];
            try
            {
                ImageTransform.Decode(file, "fuzzed");
            }
            catch (DatasetException)
            {
            }
        }
    }

    [Fact]
    public void Arbitrary_bytes_are_refused()
    {
        RandomStream luck = SeedTree.Root(12).Stream();
        for (int run = 0; run < 500; run++)
        {
            byte[] file = [.. Enumerable.Range(0, luck.Next(200)).Select(_ => (byte)luck.Next(256))];
            Should.Throw<DatasetException>(() => ImageTransform.Decode(file, "noise"));
        }
    }
}
