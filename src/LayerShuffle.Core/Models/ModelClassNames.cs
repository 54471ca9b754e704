namespace LayerShuffle.Core.Models;

/// <summary>The names of classes in <c>architectures</c> of config.json: those of Hugging Face and of the reference implementation.</summary>
public static class ModelClassNames
{
    private static readonly (string Name, ModelArchitecture Architecture, ModelVariant Variant, bool Teacher)[] Classes =
    [
        ("ViTForImageClassification", ModelArchitecture.Vit, ModelVariant.Standard, false),
        ("DeiTForImageClassification", ModelArchitecture.Deit, ModelVariant.Standard, false),
        ("DeiTForImageClassificationWithTeacher", ModelArchitecture.Deit, ModelVariant.Standard, true),
        ("ShufflingViTForImageClassification", ModelArchitecture.Vit, ModelVariant.LayerShuffle, false),
        ("ShufflingDeiTForImageClassification", ModelArchitecture.Deit, ModelVariant.LayerShuffle, false),
        ("PositionEncodingViTForImageClassification", ModelArchitecture.Vit, ModelVariant.LayerShufflePosition, false),
        ("PositionEncodingDeiTForImageClassification", ModelArchitecture.Deit, ModelVariant.LayerShufflePosition, false),
        ("PositionPredictingViTForImageClassification", ModelArchitecture.Vit, ModelVariant.LayerShufflePredict, false),
        ("PositionPredictingDeiTForImageClassification", ModelArchitecture.Deit, ModelVariant.LayerShufflePredict, false),
        ("ViTModel", ModelArchitecture.Vit, ModelVariant.Standard, false), // backbones: without a head
        ("DeiTModel", ModelArchitecture.Deit, ModelVariant.Standard, false),
        ("ViTForMaskedImageModeling", ModelArchitecture.Vit, ModelVariant.Standard, false),
        ("DeiTForMaskedImageModeling", ModelArchitecture.Deit, ModelVariant.Standard, false),
    ];

    private static readonly (string Name, ModelVariant Variant)[] Variants =
    [
        ("standard", ModelVariant.Standard), ("layerdrop", ModelVariant.LayerDrop), ("layershuffle", ModelVariant.LayerShuffle),
        ("layershuffle-position", ModelVariant.LayerShufflePosition), ("layershuffle-predict", ModelVariant.LayerShufflePredict),
    ];

    /// <summary>All of them, for a message.</summary>
    public static string Known => string.Join(", ", Classes.Select(known => known.Name));

    /// <summary>The class that says most about a model; what it leaves unsaid goes into a key of our own.</summary>
    public static (string Name, bool SaysVariant) Of(VitConfig config)
    {
        foreach ((string name, ModelArchitecture architecture, ModelVariant variant, bool teacher) in Classes)
        {
            if (architecture == config.Architecture && variant == config.Variant && teacher == config.Teacher)
                return (name, true);
        }

        return (Classes.First(known => known.Architecture == config.Architecture && known.Teacher == config.Teacher
            && known.Variant == ModelVariant.Standard).Name, false);
    }

    /// <summary>What a class name says of a model; false where it is none of these.</summary>
    public static bool TryParse(string name, out ModelArchitecture architecture, out ModelVariant variant, out bool teacher)
    {
        foreach ((string known, ModelArchitecture knownArchitecture, ModelVariant knownVariant, bool knownTeacher) in Classes)
        {
            if (known == name)
            {
                (architecture, variant, teacher) = (knownArchitecture, knownVariant, knownTeacher);
                return true;
            }
        }

        (architecture, variant, teacher) = (default, default, false);
        return false;
    }

    /// <summary>A variant as scenarios name it.</summary>
    public static string NameOf(ModelVariant variant) => Variants.First(known => known.Variant == variant).Name;

    /// <summary>The variant of a name in a scenario; null where there is none.</summary>
    public static ModelVariant? ParseVariant(string name) =>
        Variants.Where(known => known.Name == name).Select(known => (ModelVariant?)known.Variant).FirstOrDefault();
}
