using System.Collections;

namespace LayerShuffle.Datasets.Batches;

/// <summary>Batches that one background thread prepares ahead. Each enumeration has a thread of its own.</summary>
internal sealed class PrefetchedBatches(IEnumerable<Batch> batches, int ahead) : IEnumerable<Batch>
{
    public IEnumerator<Batch> GetEnumerator() => new Prefetcher(batches, ahead);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
