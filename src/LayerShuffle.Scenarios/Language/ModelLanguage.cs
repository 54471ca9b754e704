using static LayerShuffle.Scenarios.Language.SchemaParts;

namespace LayerShuffle.Scenarios.Language;

/// <summary>The keys of the language for models and training.</summary>
internal static class ModelLanguage
{
    private static MapType Training() => new("training settings",
    [
        new("preset", Word([.. TrainingPresets.Names]),
            "Fills in what is not written beside it: the reference's way to refine a trained model (20 epochs), or to train on CIFAR-100 from scratch (100); "
            + "what kept most here of a trained model that is refined (5): the first layer pinned (`routing.pin` must keep it first), "
            + "or, for any order, distillation."),
        new("epochs", Integer(0, 100_000), "Passes through the training images.", "5"),
        new("batch_size", Integer(1, 1_000_000), "Images in a step.", "64"),
        new("learning_rate", Number(0, exclusive: true), "Peak learning rate.", "1e-3"),
        new("optimizer", Word("adamw", "sgd"), "What turns gradients into steps; sgd needs the virtual clock.", "adamw"),
        new("momentum", Number(0, most: 1), "Momentum of optimizer sgd.", "0.9"),
        new("weight_decay", Number(0), "The optimizer's weight decay.", "0.05"),
        new("warmup_ratio", Probability, "Share of the steps that warm up.", "5%"),
        new("lr_scheduler_type", Word("cosine", "linear", "constant"), "How the learning rate falls after the warm-up.", "cosine"),
        new("max_grad_norm", Number(0, exclusive: true), "Norm to which gradients are clipped.", "1.0"),
        new("label_smoothing", Probability, "Share of a label spread over all classes.", "0"),
        new("augmentation", Word("none", "standard", "randaugment"), "Random crops and flips; before them operations of RandAugment; or none.", "standard"),
        new("rand_augment_operations", Integer(1, 20), "Operations of augmentation randaugment on each image.", "2"),
        new("rand_augment_magnitude", Integer(0, 10), "Their strength.", "9"),
        new("random_erasing", Probability, "Probability that a rectangle of a training image is replaced by the mean.", "0"),
        new("mixup", Number(0, most: 100), "Mixes the images of a batch, and their labels: α of the beta distribution of shares; 0 for none.", "0"),
        new("cutmix", Number(0, most: 100), "Pastes a rectangle of another image of the batch: α, as of mixup; with both, each batch draws which.", "0"),
        new("distillation", new MapType("settings of distillation",
        [
            new("weight", Probability, "Share of the targets that the teacher gives; the labels give the rest.", "50%"),
            new("temperature", Number(0, exclusive: true, most: 100), "The teacher's logits are divided by it: above 1 it is less sure.", "1"),
        ]), "The model that it starts from (`init_from`, `checkpoint`), run in ascending order, teaches it beside the labels."),
        new("precision", new ScalarType(ScalarKind.Word) { Words = ["fp32", "bf16"], UnsupportedWords = ["fp16"] },
            "In what layers multiply matrices; weights stay in single precision. bf16 needs the virtual clock.", "fp32"),
        new("ema", new ScalarType(ScalarKind.Number) { Minimum = 0, Maximum = 0.999999 },
            "Decay of a moving average of the weights, which becomes the model; 0 for none. Needs the virtual clock.", "0"),
        new("validation", Probability, "Share of the training images that are set aside to judge epochs by; never test images.", "0"),
        new("early_stopping", Integer(0, 100_000), "Epochs without a better accuracy on the validation images after which training ends; 0 for never.", "0"),
        new("select", Word("last", "best"), "The epoch that becomes the model: the last, or the best on the validation images.", "last"),
        new("test_epochs", Integer(1, 100_000), "Epochs from one measurement on the test images to the next; the last is always measured.", "1"),
        new("seeds", Integer(1, 1000), "How often the model is trained, each time from another seed.", "1"),
        new("order", Either(Order(), new ScalarType(ScalarKind.Word) { Words = ["uniform"], UnsupportedWords = ["sequential", "arbitrary", "progressive"] }),
            "How the layershuffle variants draw orders: uniform, or settings.", "uniform"),
        new("micro_batches", Integer(1, 100_000), "Parts of a batch that travel on their own, in one order.", "1"),
        new("accumulation", Integer(1, 100_000),
            "Batches whose gradients make up a step, one after the other; each has an order of its own (layerdrop drops for the whole step).", "1"),
        new("checkpoint_epochs", Integer(0, 100_000), "Epochs between checkpoints of training; 0 for none at the ends of epochs.", "1"),
        new("checkpoint_steps", Integer(0, 1_000_000_000), "Steps between checkpoints of training, within epochs too; 0 for none within epochs.", "0"),
        new("faults", TrueOrFalse, "Whether the faults of the first condition that has any strike during training too; on the virtual clock its links as well, "
            + "or those of the first that lose messages.", "false"),
    ]);

    private static MapType Order() => new("settings of orders",
    [
        new("mallows", Probability, "Orders near the ascending one: every inversion makes an order so many times as likely (0: ascending, 1: uniform)."),
        new("curriculum", Probability, "From ascending to uniform over this share of the training: `mallows` rises from 0 to 1, and stays."),
        new("trace", new ScalarType(ScalarKind.Path),
            "A run's requests.csv: each step draws the order of one of its requests, without the layers that it lacked."),
        new("skip", Probability, "Share of the layers that each order leaves out, drawn for every step.", "0"),
        new("pin", new MapType("layers that keep their place",
        [
            new("first", Integer(0, 4096), "So many first layers, which are never left out either.", "0"),
            new("last", Integer(0, 4096), "So many last layers.", "0"),
        ]), "Layers that keep their place."),
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
