namespace LayerShuffle.Scenarios.Language;

/// <summary>
/// Named recipes of training. Not copied is what weakens the reference's figures: one order for 1,600 test images, and choosing an epoch by test images.
/// </summary>
internal static class TrainingPresets
{
    // Hugging Face's Trainer with its defaults is what the reference trains with.
    private static readonly (string Key, string Value)[] Reference =
    [
        ("batch_size", "128"), ("learning_rate", "1e-4"), ("optimizer", "adamw"), ("weight_decay", "0"), ("warmup_ratio", "0%"),
        ("lr_scheduler_type", "linear"), ("max_grad_norm", "1.0"), ("label_smoothing", "0"), ("augmentation", "none"), ("order", "uniform"),
    ];

    // What kept most of a trained model in an ablation on real images, on three training seeds (results/reference/paper, "Losing less").
    private static readonly (string Key, string Value)[] Refinement =
    [
        ("epochs", "5"), ("batch_size", "64"), ("learning_rate", "1e-3"), ("optimizer", "adamw"), ("weight_decay", "0.05"), ("warmup_ratio", "10%"),
        ("lr_scheduler_type", "cosine"),
    ];

    private static readonly (string Name, (string Key, string Value)[] Recipe)[] All =
    [
        ("reference-imagenet", [("epochs", "20"), .. Reference]), // refines a trained model
        ("reference-cifar100", [("epochs", "100"), .. Reference]), // from scratch
        ("refine-pinned", [.. Refinement, ("order.pin.first", "1")]), // for networks that keep the first layer first
        ("refine-distilled", [.. Refinement, ("order.curriculum", "50%"), ("distillation.weight", "70%")]), // for any order
    ];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Select(preset => preset.Name);

    /// <summary>
    /// The keys of <c>training</c> that a preset stands for, as they would be written, with dots where they are nested; null where there is none of that name.
    /// </summary>
    public static IReadOnlyList<(string Key, string Value)>? Of(string name) => All.FirstOrDefault(preset => preset.Name == name).Recipe;
}
