using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Batches;
using LayerShuffle.Datasets.Tests.Support;
using TorchSharp;

namespace LayerShuffle.Datasets.Tests.Batches;

public class BatchSourceTests
{
    private static readonly SeedTree Seed = SeedTree.Root(9).Child("epoch");

    private static BatchSource Source(IImageSet set) => new(set, NormalizationStats.Half);

    private static float[] Values(Batch batch) => batch.PixelValues.data<float>().ToArray();

    private static Dictionary<long, float[]> ById(IEnumerable<Batch> batches)
    {
        var images = new Dictionary<long, float[]>();
        foreach (Batch batch in batches)
            using (batch)
            {
                long[] labels = batch.Labels.data<long>().ToArray();
                float[] values = Values(batch);
                for (int i = 0; i < labels.Length; i++)
                    images.Add(labels[i], values[(i * values.Length / labels.Length)..((i + 1) * values.Length / labels.Length)]);
            }
        return images;
    }

    [Fact]
    public void Pixels_are_normalised_and_labels_kept()
    {
        InMemoryImageSet set = Pictures.Counting(5, 4);
        var stats = new NormalizationStats([0.1, 0.2, 0.3], [0.5, 0.25, 0.125]);
        using Batch batch = new BatchSource(set, stats).Get([3, 1]);
        batch.PixelValues.shape.ShouldBe([2, 3, 4, 4]);
        batch.PixelValues.dtype.ShouldBe(torch.ScalarType.Float32);
        batch.Labels.data<long>().ToArray().ShouldBe([0, 1]);
        float[] values = Values(batch);
        for (int p = 0; p < 48; p++)
            values[p].ShouldBe((float)((set.Pixels(3)[p] / 255.0 - stats.Mean[p / 16]) / stats.Std[p / 16]), 1e-5f);
    }

    [Fact]
    public void An_epoch_has_every_image_once()
    {
        BatchSource source = Source(Pictures.Counting(23, 4, 23));
        foreach (bool shuffle in new[] { false, true })
            ById(source.Epoch(5, Seed, shuffle)).Keys.Order().ShouldBe(Enumerable.Range(0, 23).Select(i => (long)i));
        source.Epoch(5, Seed, true, dropLast: true).Sum(batch => { using (batch) return batch.Count; }).ShouldBe(20);
    }

    [Fact]
    public void An_images_augmentation_does_not_depend_on_the_batch_size()
    {
        BatchSource source = Source(Pictures.Counting(23, 8, 23));
        Dictionary<long, float[]> one = ById(source.Epoch(5, Seed, true, Augmentation.Standard)),
            other = ById(source.Epoch(7, Seed, false, Augmentation.Standard));
        foreach (long label in one.Keys)
            one[label].ShouldBe(other[label]);
    }

    [Fact]
    public void Prefetching_changes_nothing()
    {
        BatchSource source = Source(Pictures.Counting(40, 8));
        List<Batch> with = [.. source.Epoch(6, Seed, true, Augmentation.Standard)],
            without = [.. source.Epoch(6, Seed, true, Augmentation.Standard, prefetch: 0)];
        with.Count.ShouldBe(without.Count);
        for (int i = 0; i < with.Count; i++)
        {
            Values(with[i]).ShouldBe(Values(without[i]));
            with[i].Labels.data<long>().ToArray().ShouldBe(without[i].Labels.data<long>().ToArray());
        }
        with.Concat(without).ToList().ForEach(batch => batch.Dispose());
    }

    [Fact]
    public void Another_epoch_seed_gives_another_order()
    {
        BatchSource source = Source(Pictures.Counting(40, 4, 40));
        ById(source.Epoch(40, Seed, true)).Keys.ShouldNotBe(ById(source.Epoch(40, Seed.Child(1), true)).Keys);
    }

    [Fact]
    public void Batches_outlive_the_dispose_scope_they_were_taken_in()
    {
        Batch batch;
        using (torch.NewDisposeScope())
            batch = Source(Pictures.Counting(4, 4)).Get([0, 1]);
        Values(batch).Length.ShouldBe(96);
        batch.Dispose();
    }

    [Fact]
    public void An_exception_while_prefetching_surfaces_after_the_batches_before_it()
    {
        BatchSource source = Source(new FailingSet(Pictures.Counting(10, 4), failAt: 6));
        int seen = 0;
        Should.Throw<InvalidDataException>(() =>
        {
            foreach (Batch batch in source.Epoch(2, Seed, false))
            {
                batch.Dispose();
                seen++;
            }
        });
        seen.ShouldBe(3);
    }

    // With mirror and shift undone, what is left of the image must be its own pixels, and the rest 0.
    [Fact]
    public void The_standard_augmentation_mirrors_and_moves()
    {
        const int side = 8;
        InMemoryImageSet set = Pictures.Counting(1, side);
        float[] plain = Values(Source(set).Get([0]));
        HashSet<(bool, int, int)> kinds = [];
        for (int run = 0; run < 200; run++)
        {
            using Batch batch = Source(set).Get([0], Augmentation.Standard, Seed.Child(run));
            float[] values = Values(batch);
            (bool, int, int)[] fits = [.. from mirror in new[] { false, true } from down in Enumerable.Range(-1, 3) from right in Enumerable.Range(-1, 3)
                                          where Moved(plain, side, mirror, down, right).SequenceEqual(values) select (mirror, down, right)];
            fits.Length.ShouldBe(1);
            kinds.Add(fits[0]);
        }
        kinds.Count.ShouldBe(18);
    }

    [Fact]
    public void An_augmentation_needs_luck() => Should.Throw<ArgumentNullException>(() => Source(Pictures.Counting(1, 4)).Get([0], Augmentation.Standard));

    private static float[] Moved(float[] image, int side, bool mirror, int down, int right)
    {
        var moved = new float[image.Length];
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < side; y++)
                for (int x = 0; x < side; x++)
                    if (y + down >= 0 && y + down < side && x + right >= 0 && x + right < side)
                        moved[(c * side + y) * side + x] = image[(c * side + y + down) * side + (mirror ? side - 1 - x - right : x + right)];
        return moved;
    }

    private sealed class FailingSet(IImageSet inner, int failAt) : IImageSet
    {
        public int Count => inner.Count;

        public int Height => inner.Height;

        public int Width => inner.Width;

        public int Channels => 3;

        public IReadOnlyList<string> ClassNames => inner.ClassNames;

        public int Label(int index) => inner.Label(index);

        public void CopyPixels(int index, Span<byte> destination)
        {
            if (index == failAt)
                throw new InvalidDataException("broken");
            inner.CopyPixels(index, destination);
        }
    }
}
