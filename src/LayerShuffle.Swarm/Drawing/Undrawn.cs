namespace LayerShuffle.Swarm.Drawing;

/// <summary>The keys, and words of keys, that no scenario of the swarm has, each with the reason; a key stands for all that lies below it.</summary>
internal static class Undrawn
{
    private static readonly (string Key, string Reason)[] Table =
    [
        ("name", "it is always the same one"),
        ("clock", "the wall clock never does the same twice; its scenarios have tests of real processes"),
        ("trace", "the invariants need every hop"),
        ("expect", "it judges what was measured, and changes nothing"),
        ("description", "nothing comes of it"),
        ("reliability", "nothing happens in time then"),
        ("probes", "it asks trained layers, apart from all trials"),
        ("dataset.path", "drawn scenarios stand alone"),
        ("dataset.kind=cifar10", "drawn scenarios stand alone"),
        ("dataset.kind=cifar100", "drawn scenarios stand alone"),
        ("dataset.kind=mnist", "drawn scenarios stand alone"),
        ("dataset.kind=image-folder", "drawn scenarios stand alone"),
        ("model.initializer_range", "how a model is trained is the business of other tests; here it is trained once"),
        ("model.layerdrop", "as above"),
        ("model.position_loss_weight", "as above"),
        ("model.training.", "as above; but for its epochs and batch size, which are as small as can be"),
        ("model=none", "written as `architecture: none`, so that the sizes can be drawn"),
        ("models.NAME.", "as `model`; but for the number of layers"),
        ("cluster.nodes.NAME.device", "without a model nothing computes, and there may be no GPU"),
        ("cluster.respawn", "wall clock"),
        ("cluster.membership", "wall clock"),
        ("network.membership", "wall clock"),
    ];

    /// <summary>Those of the exceptions' subtrees that are drawn all the same.</summary>
    private static readonly HashSet<string> Drawn =
        [.. (string[])["model.training.epochs", "model.training.batch_size", "models.NAME.num_hidden_layers"]];

    /// <summary>Why a key or a word is not drawn; null: it is.</summary>
    public static string? Reason(string key) => Drawn.Contains(key) ? null
        : Table.FirstOrDefault(undrawn => Covers(undrawn.Key, key)).Reason;

    /// <summary>All that is listed.</summary>
    public static IEnumerable<string> Listed => Table.Select(undrawn => undrawn.Key);

    /// <summary>Whether a listed key is, or lies above, another.</summary>
    public static bool Covers(string listed, string key) => key == listed || (listed.EndsWith('.') && key.StartsWith(listed, StringComparison.Ordinal))
        || (key.StartsWith(listed, StringComparison.Ordinal) && key[listed.Length] is '.' or '=' or '[');
}
