using LayerShuffle.EndToEnd.Tests;
using LayerShuffle.EndToEnd.Tests.Wall;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Collections whose tests run one after the other begin first, or everything would wait for them in the end. The others by name.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName is WallCollection.Name or KillCollection.Name ? 0 : 1)
            .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];
}
