using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>A worker holds no more than the layers of the present trial.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostedModelsTests
{
    [Fact]
    public void Memory_does_not_grow_with_the_number_of_models()
    {
        var source = new BlobSource();
        HostedLayers record = HostedLayers.None;
        VisionTransformer[] trained = [.. Enumerable.Range(0, 4).Select(seed => TinyModels.Random(TinyModels.Config(layers: 3), seed))];
        ModelShipment[] shipments = [.. trained.Select((model, i) => ModelShipment.Of($"model-{i}", model, source))];
        int tensors = trained[0].Layers[0].parameters().Count(); // of a layer
        List<Action> computing = [];
        using (var models = new HostedModels(In(source), () => CPU, computing.Add))
        {
            // Each model takes the place of the one before.
            shipments.Select(shipment => Begin(models, shipment, [0, 2])).ShouldBe([0, 2 * tensors, 2 * tensors, 2 * tensors]);
            models.Has("model-3", 2).ShouldBeTrue();
            models.Has("model-0", 2).ShouldBeFalse();

            // Another placement of the same model: what is not placed here any more goes, what is stays and is not loaded again.
            HostedModel? same = models.Current;
            Begin(models, shipments[3], [2]).ShouldBe(tensors);
            models.Current.ShouldBeSameAs(same);
            (models.Has("model-3", 0), models.Has("model-3", 2)).ShouldBe((false, true));
            record.Missing("model-3", [0, 2]).ShouldBe([0]);

            // The first model again, and again: then there is nothing to do.
            Begin(models, shipments[0], [0, 2]).ShouldBe(tensors);
            Begin(models, shipments[0], [0, 2]).ShouldBe(0);
            (models.Has("model-0", 0), models.Has("model-0", 2), models.Has("model-3", 2)).ShouldBe((true, true, false));
        }

        foreach (VisionTransformer model in trained)
            model.Dispose();

        // What the coordinator and the worker do before a trial; how many tensors it frees.
        long Begin(HostedModels models, ModelShipment shipment, int[] layers)
        {
            record = record.Only(shipment.Key, layers, out bool hasMore);
            if (hasMore)
                models.Keep(new KeepLayers(shipment.Key, layers));
            int[] missing = record.Missing(shipment.Key, layers);
            if (missing.Length > 0)
                models.Host(shipment.Host(missing));
            record = record.With(shipment.Key, missing);
            models.Use(shipment.Key);
            long before = TensorChecks.Settled();
            computing.ForEach(action => action());
            computing.Clear();
            return before - Tensor.TotalCount;
        }
    }

    [Fact]
    public void A_layer_is_freed_between_two_computations_only()
    {
        var source = new BlobSource();
        using VisionTransformer model = TinyModels.Random(TinyModels.Config());
        ModelShipment shipment = ModelShipment.Of("m", model, source);
        List<Action> computing = [];
        using var models = new HostedModels(In(source), () => CPU, computing.Add);
        models.Host(shipment.Host([0, 1]));
        models.Use("m");
        long full = TensorChecks.Settled();
        models.Keep(new KeepLayers("other", []));
        models.Current.ShouldBeNull();
        Tensor.TotalCount.ShouldBe(full);
        computing.ShouldHaveSingleItem()();
        Tensor.TotalCount.ShouldBe(full - (2 * model.Layers[0].parameters().Count()));
    }

    [Fact]
    public void A_worker_without_layers_takes_over_some_in_the_middle_of_a_trial()
    {
        var source = new BlobSource();
        using VisionTransformer model = TinyModels.Random(TinyModels.Config());
        ModelShipment shipment = ModelShipment.Of("m", model, source);
        using var models = new HostedModels(In(source), () => CPU, action => action());
        models.Use("m");
        models.Current.ShouldBeNull();
        models.Host(shipment.Host([1]));
        models.Current.ShouldNotBeNull().Has(1).ShouldBeTrue();
    }

    [Fact]
    public void The_record_says_whether_there_is_anything_to_free()
    {
        HostedLayers record = HostedLayers.None;
        Keep("a", 0).ShouldBeFalse();
        record = record.With("a", [0, 3]);
        Keep("a", 0, 1, 3).ShouldBeFalse();
        record.Missing("a", [3, 1]).ShouldBe([1]);
        Keep("a", 3).ShouldBeTrue();
        record.Of("a").ShouldBe([3]);
        Keep("b", 3).ShouldBeTrue();
        record.Of("a").ShouldBeEmpty();

        bool Keep(string model, params int[] layers)
        {
            record = record.Only(model, layers, out bool hasMore);
            return hasMore;
        }
    }

    private static Func<string, byte[]> In(BlobSource source) => hash => source.TryGet(hash, out byte[]? bytes) ? bytes
        : throw new InvalidOperationException($"There is no blob {hash}.");
}
