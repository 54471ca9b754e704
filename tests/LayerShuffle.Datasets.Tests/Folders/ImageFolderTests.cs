using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Folders;

public class ImageFolderTests
{
    private static byte[] Plain(byte red, int width = 4, int height = 4) => PngFile.Encode(width, height, (_, _) => (red, 20, 30));

    private static ImageDataset Load(TempFolder folder, long seed = 0, int size = 4) =>
        DatasetLoader.Load(new() { Kind = DatasetKind.ImageFolder, Path = folder.Path, ImageSize = size }, SeedTree.Root(seed));

    private static string Message(TempFolder folder) => Should.Throw<DatasetException>(() => Load(folder)).Message;

    [Theory]
    [InlineData("test")]
    [InlineData("val")]
    public void Split_folders_are_read_in_ordinal_order(string test)
    {
        using var folder = new TempFolder();
        folder.Write("train/b/2.png", Plain(2));
        folder.Write("train/b/10.PNG", Plain(1));
        folder.Write("train/B/x.png", Plain(3));
        folder.Write("train/a/x.png", Plain(4));
        folder.Write("train/a/notes.txt", "not an image");
        folder.Write($"{test}/b/y.png", Plain(5));
        ImageDataset data = Load(folder);
        data.Train.ClassNames.ShouldBe(["B", "a", "b"]);
        Enumerable.Range(0, 4).Select(i => ((int)Pictures.Pixels(data.Train, i)[0], data.Train.Label(i))).ShouldBe([(3, 0), (4, 1), (1, 2), (2, 2)]);
        (data.Test.Count, data.Test.Label(0)).ShouldBe((1, 2));
    }

    [Fact]
    public void Without_split_folders_a_fifth_of_every_class_is_the_test_split()
    {
        using var folder = new TempFolder();
        for (byte i = 0; i < 10; i++)
        {
            folder.Write($"cat/{i}.png", Plain(i));
            folder.Write($"dog/{i}.png", Plain((byte)(100 + i)));
        }
        ImageDataset data = Load(folder, 1);
        Enumerable.Range(0, data.Test.Count).CountBy(data.Test.Label).ShouldBe([new(0, 2), new(1, 2)]);
        data.Train.Count.ShouldBe(16);
        var train = Enumerable.Range(0, 16).Select(i => Pictures.Pixels(data.Train, i)[0]).ToHashSet();
        Enumerable.Range(0, 4).ShouldAllBe(i => !train.Contains(Pictures.Pixels(data.Test, i)[0]));
        Load(folder, 1).Fingerprint.ShouldBe(data.Fingerprint);
        Enumerable.Range(2, 5).ShouldContain(seed => Load(folder, seed).Fingerprint != data.Fingerprint);
    }

    [Fact]
    public void Images_of_any_shape_are_brought_to_size()
    {
        using var folder = new TempFolder();
        folder.Write("train/a/wide.png", Plain(7, 40, 9));
        folder.Write("train/a/tall.png", Plain(7, 3, 500));
        folder.Write("test/a/x.png", Plain(7, 1, 1));
        ImageDataset data = Load(folder, size: 8);
        for (int i = 0; i < 2; i++)
            Pictures.Pixels(data.Train, i)[..64].ShouldAllBe(value => value == 7);
    }

    [Fact]
    public void A_damaged_image_is_named()
    {
        using var folder = new TempFolder();
        folder.Write("train/a/good.png", Plain(1));
        folder.Write("train/a/bad.png", Plain(1)[..40]);
        folder.Write("test/a/x.png", Plain(1));
        Message(folder).ShouldContain("bad.png");
    }

    [Fact]
    public void A_test_class_without_training_images_is_refused()
    {
        using var folder = new TempFolder();
        folder.Write("train/a/x.png", Plain(1));
        folder.Write("test/b/x.png", Plain(1));
        Message(folder).ShouldContain("'b'");
    }

    [Fact]
    public void An_empty_folder_is_refused()
    {
        using var folder = new TempFolder();
        Message(folder).ShouldContain("no class folders");
    }
}
