using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Presets of training, and what only one of the clocks can do.</summary>
public class TrainingRecipeTests
{
    private static readonly TrainingSpec Reference = new()
    {
        Epochs = 20,
        BatchSize = 128,
        LearningRate = 1e-4,
        WeightDecay = 0,
        WarmupRatio = 0,
        LrSchedulerType = "linear",
        Augmentation = "none",
    };

    [Fact]
    public void A_preset_is_the_reference_s_recipe()
    {
        Trained("model: {training: {preset: reference-imagenet}}").ShouldBe(Reference);
        Trained("model: {training: {preset: reference-cifar100}}").ShouldBe(Reference with { Epochs = 100 });
    }

    [Fact]
    public void What_stands_beside_a_preset_wins_and_a_preset_of_an_entry_wins_over_what_models_share()
    {
        Trained("model: {training: {preset: reference-imagenet, epochs: 3, ema: 0.99}}").ShouldBe(Reference with { Epochs = 3, Ema = 0.99 });
        Trained("model: {training: {epochs: 7, seeds: 2}}\nmodels: {a: {training: {preset: reference-cifar100, batch_size: 8}}}")
            .ShouldBe(Reference with { Epochs = 100, BatchSize = 8, Seeds = 2 });
    }

    [Theory]
    [InlineData("refine-pinned", "order: {pin: {first: 1}}")]
    [InlineData("refine-distilled", "order: {curriculum: 50%}, distillation: {weight: 70%}")]
    public void A_preset_of_ours_is_what_can_be_written_out(string preset, string settings)
    {
        const string entry = "models: {a: , b: {variant: layershuffle, init_from: a, training: {";
        string all = $"epochs: 5, batch_size: 64, learning_rate: 1e-3, weight_decay: 0.05, warmup_ratio: 10%, {settings}";
        TrainingSpec written = Some.Valid($"{Some.Minimal}{entry}{all}}}}}}}\n").Models[1].Training.ShouldNotBeNull();
        TrainingSpec Named(string beside) => Some.Valid($"{Some.Minimal}{entry}preset: {preset}{beside}}}}}}}\n").Models[1].Training.ShouldNotBeNull();
        Named("").ShouldBe(written);
        Named(", epochs: 9").ShouldBe(written with { Epochs = 9 });
        Named(", order: {mallows: 30%}").ShouldBe(written with { Order = new OrderSpec { Mallows = 0.3 } });
    }

    [Fact]
    public void An_effective_scenario_says_the_same_again()
    {
        ScenarioLoadResult result = Some.Load(
            Some.Minimal + "model: {training: {epochs: 7}}\nmodels: {a: , b: {training: {preset: reference-imagenet, warmup_ratio: 10%}}}\n");
        Scenario again = ScenarioLoader.Parse(result.EffectiveYaml, "s.yaml", "/data").Scenario.ShouldNotBeNull();
        again.Models.ShouldBe(result.Scenario!.Models);
        again.Models[1].Training.ShouldBe(Reference with { WarmupRatio = 0.1 });
    }

    [Theory]
    [InlineData("precision: bf16", "model.training.precision: trainings compute in bf16 on the virtual clock only")]
    [InlineData("optimizer: sgd", "model.training.optimizer: trainings step by SGD on the virtual clock only")]
    [InlineData("ema: 0.99", "model.training.ema: weights are averaged on the virtual clock only")]
    public void The_wall_clock_refuses_what_it_cannot_do(string setting, string mistake)
    {
        string text = $"model: {{training: {{{setting}}}}}\n";
        Some.Valid(Some.Minimal + text);
        Some.Mistakes(Some.Minimal + text + "clock: wall\n").ShouldHaveSingleItem().ShouldContain(mistake);
    }

    [Fact]
    public void All_else_works_on_both_clocks() => Some.Valid(Some.Minimal + """
        clock: wall
        model:
          training: {accumulation: 2, mixup: 0.8, cutmix: 1, random_erasing: 25%, augmentation: randaugment, validation: 10%, select: best, early_stopping: 2}
        """);

    private static TrainingSpec Trained(string text) => Some.Valid(Some.Minimal + text + "\n").Models[0].Training.ShouldNotBeNull();
}
