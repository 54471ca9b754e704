using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Shapes;

public class ShapesTests
{
    private static ImageDataset Load(long seed, int? train = 100, int? test = 50, int size = 32) =>
        DatasetLoader.Load(new() { Kind = DatasetKind.Shapes, Train = train, Test = test, ImageSize = size }, SeedTree.Root(seed));

    [Fact]
    public void The_same_seed_draws_the_same_bytes()
    {
        ImageDataset one = Load(5), two = Load(5);
        one.Fingerprint.ShouldBe(two.Fingerprint);
        for (int i = 0; i < 100; i++)
            Pictures.Pixels(one.Train, i).ShouldBe(Pictures.Pixels(two.Train, i));
    }

    [Fact]
    public void Another_seed_draws_other_pictures()
    {
        ImageDataset one = Load(5), two = Load(6);
        one.Fingerprint.ShouldNotBe(two.Fingerprint);
        Pictures.Pixels(one.Train, 0).ShouldNotBe(Pictures.Pixels(two.Train, 0));
    }

    [Fact]
    public void Training_and_test_pictures_are_all_different()
    {
        ImageDataset data = Load(1, 500, 500);
        HashSet<string> seen = [];
        foreach (IImageSet set in new[] { data.Train, data.Test })
            for (int i = 0; i < set.Count; i++)
                seen.Add(Convert.ToHexString(Pictures.Pixels(set, i))).ShouldBeTrue();
    }

    [Fact]
    public void A_picture_does_not_depend_on_how_many_there_are()
    {
        ImageDataset small = Load(3, 20, 10), large = Load(3, 60, 30);
        Pictures.Pixels(large.Train, 19).ShouldBe(Pictures.Pixels(small.Train, 19));
        Pictures.Pixels(large.Test, 9).ShouldBe(Pictures.Pixels(small.Test, 9));
    }

    [Fact]
    public void The_default_is_5000_and_1000_with_balanced_classes()
    {
        ImageDataset data = Load(0, null, null);
        data.Train.Count.ShouldBe(5000);
        data.Test.Count.ShouldBe(1000);
        data.Train.ClassNames.Count.ShouldBe(10);
        data.Train.ClassNames.ShouldBeUnique();
        foreach (IImageSet set in new[] { data.Train, data.Test })
            Enumerable.Range(0, set.Count).CountBy(set.Label).ShouldAllBe(pair => pair.Value == set.Count / 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(64)]
    public void Any_image_size_can_be_drawn(int size)
    {
        ImageDataset data = Load(2, 10, 10, size);
        (data.Train.Channels, data.Train.Height, data.Train.Width).ShouldBe((3, size, size));
    }

    [Fact]
    public void Pictures_at_twice_the_size_show_the_same_scene()
    {
        IImageSet small = Load(4, 10, 10).Train, large = Load(4, 10, 10, 64).Train;
        for (int i = 0; i < 10; i++)
        {
            // Eight by eight: what is left is the scene without the noise.
            byte[] one = ImageTransform.Resize(new(Pictures.Pixels(small, i), 32, 32), 8, 8).Pixels,
                other = ImageTransform.Resize(new(Pictures.Pixels(large, i), 64, 64), 8, 8).Pixels;
            one.Zip(other, (a, b) => Math.Abs(a - b)).Average().ShouldBeLessThan(15);
        }
    }
}
