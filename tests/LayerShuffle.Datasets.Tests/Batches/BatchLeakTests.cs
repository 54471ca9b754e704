using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Batches;
using LayerShuffle.Datasets.Tests.Support;
using TorchSharp;

namespace LayerShuffle.Datasets.Tests.Batches;

/// <summary>Tensors are counted for the whole process: no other test runs beside this one, and what earlier ones forgot is freed before.</summary>
[Collection(nameof(BatchLeakTests))]
[CollectionDefinition(nameof(BatchLeakTests), DisableParallelization = true)]
public class BatchLeakTests
{
    [Fact]
    public void Stopping_early_leaves_no_tensor_behind()
    {
        var source = new BatchSource(Pictures.Counting(100, 8), NormalizationStats.Half);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        long before = torch.Tensor.TotalCount;
        foreach (Batch batch in source.Epoch(2, SeedTree.Root(9).Child("epoch"), true))
        {
            batch.Dispose();
            break;
        }

        torch.Tensor.TotalCount.ShouldBe(before);
    }
}
