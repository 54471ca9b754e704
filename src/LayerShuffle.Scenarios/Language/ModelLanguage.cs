using static LayerShuffle.Scenarios.Language.SchemaParts;

namespace LayerShuffle.Scenarios.Language;

/// <summary>The keys of the language for models and training.</summary>
internal static class ModelLanguage
{
    private static MapType Training() => new("training settings",
    [
        new("epochs", Integer(0, 100_000), "Passes through the training images.", "5"),
        new("batch_size", Integer(1, 1_000_000), "Images in a step.", "64"),
        new("learning_rate", Number(0, exclusive: true), "Peak learning rate.", "1e-3"),
        new("weight_decay", Number(0), "AdamW's weight decay.", "0.05"),
        new("warmup_ratio", Probability, "Share of the steps that warm up.", "5%"),
        new("lr_scheduler_type", Word("cosine", "linear", "constant"), "How the learning rate falls after the warm-up.", "cosine"),
        new("max_grad_norm", Number(0, exclusive: true), "Norm to which gradients are clipped.", "1.0"),
        new("label_smoothing", Probability, "Share of a label spread over all classes.", "0"),
        new("augmentation", Word("none", "standard"), "Random crops and flips, or none.", "standard"),
        new("precision", new ScalarType(ScalarKind.Word) { Words = ["fp32"], UnsupportedWords = ["bf16", "fp16"] }, "Arithmetic of training.", "fp32"),
        new("seeds", Integer(1, 1000), "How often the model is trained, each time from another seed.", "1"),
        new("order", new ScalarType(ScalarKind.Word) { Words = ["uniform"], UnsupportedWords = ["sequential", "arbitrary", "progressive", "curriculum"] },
            "How the layershuffle variants draw orders.", "uniform"),
        new("micro_batches", Integer(1, 100_000), "Parts of a batch that travel on their own, each in its own order.", "1"),
        new("checkpoint_epochs", Integer(0, 100_000), "Epochs between checkpoints of training; 0 for none at the ends of epochs.", "1"),
        new("checkpoint_steps", Integer(0, 1_000_000_000), "Steps between checkpoints of training, within epochs too; 0 for none within epochs.", "0"),
        new("faults", TrueOrFalse, "Whether the scenario's faults strike during training too; needs `clock: wall`.", "false"),
    ]);

    public static MapType Model(bool isEntry)
    {
        List<SchemaKey> keys =
        [
            new("architecture", isEntry ? Word("vit", "deit") : Word("vit", "deit", "none"),
                "vit, or deit with its distillation token; none simulates the network alone.", "vit"),
            new("image_size", Integer(1, 4096), "Height and width to which images are brought.", "32"),
            new("patch_size", Integer(1, 4096), "Height and width of a patch.", "4"),
            new("hidden_size", Integer(1, 65_536), "Width of an embedding.", "96"),
            new("num_hidden_layers", Integer(1, 4096), "Encoder layers.", "8"),
            new("num_attention_heads", Integer(1, 4096), "Attention heads.", "3"),
            new("intermediate_size", Integer(1, 1_000_000), "Width of the feed-forward part.", "384"),
            new("initializer_range", Number(0, exclusive: true, most: 1), "Standard deviation of fresh weights; about 1/√hidden_size suits narrow models.",
                "0.02"),
            new("variant", Word("standard", "layerdrop", "layershuffle", "layershuffle-position", "layershuffle-predict"), "How it is trained.", "standard"),
            new("layerdrop", Probability, "Probability that variant layerdrop drops a layer in training.", "0.2"),
            new("position_loss_weight", Number(0), "Weight of the position loss of variant layershuffle-predict.", "1.0"),
            new("training", Training(), "How it is trained."),
        ];
        if (isEntry)
        {
            keys.Add(new SchemaKey("init_from", Text, "The model from whose trained weights it starts."));
            keys.Add(new SchemaKey("checkpoint", new ScalarType(ScalarKind.Path), "A Hugging Face folder; its config.json wins over `model`."));
        }

        return new MapType("model settings", keys);
    }
}
