using System.Runtime.InteropServices;
using LayerShuffle.Core.Seeds;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Datasets.Batches;

/// <summary>
/// Turns images into batches of tensors, for training and for evaluation. One thread at a time may use it; each <see cref="Epoch"/> works on buffers of its
/// own.
/// </summary>
public sealed class BatchSource
{
    private const int MaxThreads = 4;

    private readonly IImageSet images;
    private readonly NormalizationStats normalization;
    private readonly AugmentationSettings settings;
    private readonly ImageWriter writer;

    /// <summary>A source over a set of images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="normalization">How pixels become numbers.</param>
    /// <param name="settings">How strongly images are varied; null: as is usual.</param>
    public BatchSource(IImageSet images, NormalizationStats normalization, AugmentationSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(normalization);
        (this.images, this.normalization, this.settings) = (images, normalization, settings ?? AugmentationSettings.Default);
        writer = new(images, normalization, this.settings);
    }

    /// <summary>The number of images.</summary>
    public int Count => images.Count;

    /// <summary>The images at the indices, in their order; each image draws on <paramref name="luck"/> after the one before it.</summary>
    public Batch Get(IReadOnlyList<int> indices, Augmentation? augmentation = null, RandomStream? luck = null, Device? device = null)
    {
        if (augmentation is not (null or Augmentation.None))
            ArgumentNullException.ThrowIfNull(luck);
        return Build(writer, indices, augmentation ?? Augmentation.None, _ => luck, device);
    }

    /// <summary>
    /// The images at the indices, in their order; each image's luck is the child of <paramref name="luck"/> with its index, whatever else is in the batch.
    /// </summary>
    public Batch Get(IReadOnlyList<int> indices, Augmentation augmentation, SeedTree luck, Device? device = null) =>
        Build(writer, indices, augmentation, index => luck.Child(index).Stream(), device);

    /// <summary>
    /// Every image once, in batches (the last one may be smaller). The order comes from <paramref name="epochSeed"/>, an image's augmentation from (epochSeed,
    /// its index): neither the batch size nor prefetching changes what an image looks like. Batches are the caller's to dispose; stopping early disposes what
    /// was prefetched.
    /// </summary>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="epochSeed">This epoch's node of the seed tree.</param>
    /// <param name="shuffle">Whether to go through the images in a random order instead of by index.</param>
    /// <param name="augmentation">How images are varied.</param>
    /// <param name="device">Where the tensors go; the CPU by default.</param>
    /// <param name="prefetch">Batches that a background thread prepares ahead; 0 prepares each when it is asked for.</param>
    /// <param name="dropLast">Whether a smaller last batch is left out.</param>
    /// <param name="threads">Threads that prepare a batch; null: one, or where a GPU computes, so that it waits for no image, several.</param>
    public IEnumerable<Batch> Epoch(
        int batchSize,
        SeedTree epochSeed,
        bool shuffle,
        Augmentation augmentation = Augmentation.None,
        Device? device = null,
        int prefetch = 2,
        bool dropLast = false,
        int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(prefetch);
        IEnumerable<Batch> batches = Batches(batchSize, epochSeed, shuffle, augmentation, device, dropLast,
            threads ?? (device is null || device.type == DeviceType.CPU ? 1 : Math.Min(MaxThreads, Environment.ProcessorCount)));
        return prefetch == 0 ? batches : new PrefetchedBatches(batches, prefetch);
    }

    // As many threads as there are writers write images: if there are several, each image must have luck of its own.
    private static Batch Build(ImageWriter[] writers, IImageSet images, int channels, IReadOnlyList<int> indices, Augmentation augmentation,
        Func<int, RandomStream?> luck, Device? device)
    {
        Tensor pixels = empty([indices.Count, channels, images.Height, images.Width], ScalarType.Float32).DetachFromDisposeScope();
        Tensor labels = empty([indices.Count], ScalarType.Int64).DetachFromDisposeScope();
        try
        {
            if (writers.Length == 1)
                Write(0);
            else
                Parallel.For(0, writers.Length, Write);
            return new(Moved(ref pixels, device), Moved(ref labels, device));
        }
        catch
        {
            pixels.Dispose();
            labels.Dispose();
            throw;
        }

        void Write(int share)
        {
            int size = channels * images.Height * images.Width;
            Span<float> values = MemoryMarshal.Cast<byte, float>(pixels.bytes);
            Span<long> classes = MemoryMarshal.Cast<byte, long>(labels.bytes);
            int end = indices.Count * (share + 1) / writers.Length;
            for (int i = indices.Count * share / writers.Length; i < end; i++)
            {
                writers[share].Write(indices[i], augmentation, luck(indices[i]), values.Slice(i * size, size));
                classes[i] = images.Label(indices[i]);
            }
        }
    }

    private static Tensor Moved(ref Tensor tensor, Device? device)
    {
        if (device is null || device.type == DeviceType.CPU)
            return tensor;
        Tensor moved = tensor.to(device).DetachFromDisposeScope();
        tensor.Dispose();
        return tensor = moved;
    }

    private Batch Build(ImageWriter writer, IReadOnlyList<int> indices, Augmentation augmentation, Func<int, RandomStream?> luck, Device? device) =>
        Build([writer], images, normalization.Channels, indices, augmentation, luck, device);

    private IEnumerable<Batch> Batches(int batchSize, SeedTree epochSeed, bool shuffle, Augmentation augmentation, Device? device, bool dropLast, int threads)
    {
        ImageWriter[] own = [.. Enumerable.Range(0, threads).Select(_ => new ImageWriter(images, normalization, settings))];
        int[] order = shuffle ? epochSeed.Child("order").Stream().Permutation(images.Count) : [.. Enumerable.Range(0, images.Count)];
        SeedTree luck = epochSeed.Child("augmentation");
        for (int start = 0; start < order.Length; start += batchSize)
        {
            int end = Math.Min(start + batchSize, order.Length);
            if (dropLast && end - start < batchSize)
                yield break;
            yield return Build(own, images, normalization.Channels, order[start..end], augmentation, index => luck.Child(index).Stream(), device);
        }
    }
}
