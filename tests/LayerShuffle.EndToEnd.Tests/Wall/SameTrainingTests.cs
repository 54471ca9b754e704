namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Training over processes is training in one process.</summary>
[Collection(KillCollection.Name)]
public sealed class SameTrainingTests : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public async Task Two_workers_train_to_the_same_bytes_as_one_process()
    {
        string scenario = place.Write("same.yaml", WallScenario.Text(
            "epochs: 2, batch_size: 32, learning_rate: 3e-3, micro_batches: 2",
                "plain: {variant: standard}, shuffled: {variant: layershuffle-predict, init_from: plain}",
            workload: "requests: 4, deadline: 20s", nodes: 2, images: 192));
        (await place.Run("run", scenario, "--output", "one", "--set", "clock=virtual")).ShouldEndWith(0);
        place.Forget(); // the two clocks share their models: it would be taken from the cache
        Program wall = await place.Run("run", scenario, "--output", "two");
        wall.ShouldEndWith(0);
        wall.Error.ShouldContain("plain: epoch 2/2"); // trained, not taken from the cache
        wall.Error.ShouldContain("shuffled: epoch 2/2");
        foreach (string file in new[] { "training.csv", "models/plain/model.safetensors", "models/shuffled/model.safetensors" })
            File.ReadAllBytes(place.At($"two/{file}")).SequenceEqual(File.ReadAllBytes(place.At($"one/{file}"))).ShouldBeTrue($"{file} differs");
        Program again = await place.Run("run", scenario, "--output", "again", "--set", "clock=virtual"); // what two workers made is found by one process
        again.ShouldEndWith(0);
        again.Error.ShouldContain("Reused, not trained again: plain, shuffled");
        again.Error.ShouldNotContain("epoch 1/");
        foreach (string file in new[] { "training.csv", "requests.csv" })
            File.ReadAllBytes(place.At($"again/{file}")).SequenceEqual(File.ReadAllBytes(place.At($"one/{file}"))).ShouldBeTrue($"{file} differs");
        new Table(place.At("two"), "training.csv")["position_loss"].Count(cell => cell.Length > 0).ShouldBe(2);
    }

    public void Dispose() => place.Dispose();
}
