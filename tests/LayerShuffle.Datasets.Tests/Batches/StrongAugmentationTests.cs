using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Batches;
using LayerShuffle.Datasets.Sources;
using LayerShuffle.Datasets.Tests.Support;

namespace LayerShuffle.Datasets.Tests.Batches;

/// <summary>RandAugment, random erasing and images that are set aside.</summary>
public class StrongAugmentationTests
{
    private static readonly SeedTree Seed = SeedTree.Root(9).Child("epoch");

    [Fact]
    public void Operations_are_drawn_anew_for_each_image_and_the_same_again()
    {
        float[] plain = Values(Augmentation.Standard), changed = Values(Augmentation.RandAugment);
        changed.ShouldNotBe(plain);
        Values(Augmentation.RandAugment).ShouldBe(changed);
        Values(Augmentation.RandAugment, batch: 3).ShouldBe(changed); // an image's luck is its own
        Values(Augmentation.RandAugment, magnitude: 2).ShouldNotBe(changed);
        Values(Augmentation.RandAugment, batch: 7, threads: 3).ShouldBe(changed); // whichever thread prepares it
        Values(Augmentation.RandAugment, batch: 2, threads: 5).ShouldBe(changed);
    }

    [Fact]
    public void No_operation_leaves_the_range_of_a_byte_or_forgets_the_picture()
    {
        var operations = new RandAugment(16, 16);
        for (int i = 0; i < 400; i++)
        {
            RandomStream luck = SeedTree.Root(i).Stream();
            byte[] pixels = [.. Enumerable.Range(0, 3 * 256).Select(p => (byte)(p * 7 % 256))], before = [.. pixels];
            operations.Apply(pixels, 2, i % 11, luck);
            pixels.Distinct().Count().ShouldBeGreaterThan(1, $"seed {i}");
            if (i % 11 == 0)
                pixels.Zip(before).Count(pair => pair.First == pair.Second).ShouldBeGreaterThan(0, $"seed {i}");
        }
    }

    [Fact]
    public void Erasing_replaces_a_rectangle_by_the_mean_and_nothing_else()
    {
        const int Side = 16;
        var settings = new AugmentationSettings(Erasing: 1);
        byte[] white = [.. Enumerable.Repeat((byte)255, 3 * Side * Side)];
        InMemoryImageSet set = new([.. Enumerable.Repeat(white, 40)], new int[40], Side, Side, ["a"]);
        foreach (Batch batch in new BatchSource(set, NormalizationStats.Half, settings).Epoch(40, Seed, shuffle: false, Augmentation.None))
        {
            using (batch)
            {
                float[] values = batch.PixelValues.data<float>().ToArray();
                for (int image = 0; image < 40; image++)
                {
                    int[] erased = [.. Enumerable.Range(0, Side * Side).Where(p => values[image * 3 * Side * Side + p] == 0)];
                    erased.Length.ShouldBeInRange(1, Side * Side / 2);
                    int[] rows = [.. erased.Select(p => p / Side).Distinct()], columns = [.. erased.Select(p => p % Side).Distinct()];
                    (rows.Length * columns.Length).ShouldBe(erased.Length); // a rectangle
                    (rows[^1] - rows[0] + 1, columns.Max() - columns.Min() + 1).ShouldBe((rows.Length, columns.Length));
                    values.Skip(image * 3 * Side * Side).Take(3 * Side * Side).Count(value => value == 0).ShouldBe(3 * erased.Length);
                }
            }
        }
    }

    [Fact]
    public void Images_that_are_set_aside_are_a_share_of_each_class_and_are_not_trained_on()
    {
        InMemoryImageSet set = Pictures.Counting(60, 4, 3);
        (IImageSet trained, IImageSet held) = HeldOut.Draw(set, 0.2, SeedTree.Root(5));
        (trained.Count, held.Count).ShouldBe((48, 12));
        Pixels(trained).Concat(Pixels(held)).Order().ShouldBe(Pixels(set).Order());
        Pixels(trained).Intersect(Pixels(held)).ShouldBeEmpty();
        Enumerable.Range(0, held.Count).GroupBy(held.Label).Select(group => group.Count()).ShouldBe([4, 4, 4]);
        Pixels(HeldOut.Draw(set, 0.2, SeedTree.Root(5)).Held).ShouldBe(Pixels(held));
        Pixels(HeldOut.Draw(set, 0.2, SeedTree.Root(6)).Held).ShouldNotBe(Pixels(held));
    }

    private static string[] Pixels(IImageSet set)
    {
        var pixels = new byte[3 * set.Height * set.Width];
        return [.. Enumerable.Range(0, set.Count).Select(index =>
        {
            set.CopyPixels(index, pixels);
            return Convert.ToHexString(pixels);
        })];
    }

    private static float[] Values(Augmentation augmentation, int batch = 20, int magnitude = 9, int? threads = null)
    {
        var source = new BatchSource(Pictures.Counting(20, 8), NormalizationStats.Half, new AugmentationSettings(2, magnitude));
        return [.. source.Epoch(batch, Seed, shuffle: false, augmentation, threads: threads).SelectMany(one =>
        {
            using (one)
                return one.PixelValues.data<float>().ToArray();
        })];
    }
}
