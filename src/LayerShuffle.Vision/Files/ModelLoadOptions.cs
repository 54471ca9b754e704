namespace LayerShuffle.Vision.Files;

/// <summary>How a model folder is loaded.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Load the model as this variant, whatever config.json says: a standard checkpoint as layershuffle, say. Null: as config.json says.</summary>
    public ModelVariant? ForceVariant { get; init; }

    /// <summary>
    /// Whether tensors that only the forced variant has may be missing (they are then initialised from <see cref="Seed"/>), and those of another variant are
    /// passed over.
    /// </summary>
    public bool AllowMissingVariantTensors { get; init; }

    /// <summary>
    /// Whether a head that is missing, or made for another number of classes than <see cref="Classes"/>, is drawn anew from <see cref="Seed"/>, and positions
    /// are interpolated where <see cref="Overrides"/> wants images of another size: for a model that is trained next.
    /// </summary>
    public bool AllowNewHead { get; init; }

    /// <summary>The classes that the model is to tell apart, or null for as many as config.json says.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Who is told, in sentences, what is left out or new; null: nobody.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>For tensors that are missing by permission: 0.</summary>
    public long Seed { get; init; }

    /// <summary>What to make of config.json's settings before the weights are read, or null.</summary>
    public Func<VitConfig, VitConfig>? Overrides { get; init; }
}
