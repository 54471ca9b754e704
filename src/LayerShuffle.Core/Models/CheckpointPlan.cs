using System.Globalization;

namespace LayerShuffle.Core.Models;

/// <summary>
/// A Hugging Face folder as everybody reads it (<c>validate</c>, <c>run</c>, <c>predict</c>): its config.json and the headers of its weights.
/// </summary>
public static class CheckpointFolder
{
    private const string ConfigName = "config.json";

    /// <summary>Where the config.json of a folder lies.</summary>
    public static string ConfigPath(string directory) => Path.Combine(directory, ConfigName);

    /// <summary>Reads config.json.</summary>
    /// <exception cref="ModelFormatException">It is missing, malformed or describes an impossible model.</exception>
    public static ModelDescription Describe(string directory)
    {
        string path = ConfigPath(directory);
        if (!File.Exists(path))
            throw new ModelFormatException($"{directory} is no model folder: it has no {ConfigName}.");
        return VitConfigFile.Read(path);
    }
}

/// <summary>What is wanted of a checkpoint.</summary>
/// <param name="AcrossVariants">Whether it may come from another variant: tensors that only the wanted one has are then new, those that only another one has
/// are left out.</param>
/// <param name="NewHead">Whether a head that is missing, or made for another number of classes, is replaced by a new one, which a training follows.</param>
/// <param name="Classes">The classes that the model is to tell apart; null where they are not known.</param>
/// <param name="MadeFor">The model that the checkpoint was made for, where the wanted one may take images of another size: positions are interpolated then.
/// Null: it may not.</param>
public sealed record CheckpointNeeds(bool AcrossVariants = false, bool NewHead = false, int? Classes = null, VitConfig? MadeFor = null);

/// <summary>
/// How a checkpoint's tensors make a model: judged by names and shapes alone, so that <c>validate</c> finds what loading would fail at. Nothing is left out in
/// silence: what is not used, or new, is named.
/// </summary>
public sealed class CheckpointPlan
{
    private readonly Dictionary<string, TensorPlace> places = new(StringComparer.Ordinal);
    private readonly List<string> notes = [], warnings = [], unexpected = [], missing = [], misshapen = [];

    private CheckpointPlan(VitConfig config) => Config = config;

    /// <summary>The model that comes of it: with a new head, the number of classes is the one wanted.</summary>
    public VitConfig Config { get; private set; }

    /// <summary>For each tensor of the model that the checkpoint has: where.</summary>
    public IReadOnlyDictionary<string, TensorPlace> Places => places;

    /// <summary>
    /// The rows and columns of patches for which the checkpoint's position embeddings were made, where the model has others: they are interpolated. Else null.
    /// </summary>
    public (int Rows, int Columns)? PositionGrid { get; private set; }

    /// <summary>The name of the model's position embeddings.</summary>
    public string Positions => VitTensors.Positions(Config);

    /// <summary>Whether some tensors are drawn anew.</summary>
    public bool HasNew { get; private set; }

    /// <summary>Sentences about what is not used, and need not be.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>Sentences about what a user may not expect: a new head, tensors of another variant left out.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Makes the plan.</summary>
    /// <param name="config">The model that is wanted.</param>
    /// <param name="weights">The checkpoint's tensors.</param>
    /// <param name="needs">What else is wanted.</param>
    /// <exception cref="ModelFormatException">The checkpoint cannot make the model.</exception>
    public static CheckpointPlan Make(VitConfig config, WeightFiles weights, CheckpointNeeds needs)
    {
        config.Validate();
        long held = weights.Tensors.Sum(tensor => tensor.Count);
        if (config.ParameterCount > 16 * held + 1_000_000) // a config.json of a few bytes must not make us allocate more than the weights are worth
            throw new ModelFormatException($"config.json describes a model of {config.ParameterCount} parameters, but {weights.Source} holds only {held}.");
        var plan = new CheckpointPlan(config);
        Dictionary<string, VitTensor> wanted = VitTensors.Of(config).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        plan.Sort(weights.Tensors, wanted, needs);
        plan.ChooseHead(wanted, weights, needs);
        plan.Compare(wanted, needs);
        plan.Judge(weights.Source);
        return plan;
    }

    /// <summary>Names the classes of a model that comes without names.</summary>
    public void Name(IReadOnlyList<string> classes)
    {
        if (classes.Count == Config.NumLabels)
            Config = Config with { Id2Label = classes };
    }

    private void Sort(IReadOnlyList<SafeTensorsEntry> tensors, Dictionary<string, VitTensor> wanted, CheckpointNeeds needs)
    {
        List<string> idle = [], foreign = [];
        foreach (SafeTensorsEntry tensor in tensors)
        {
            string[] meanings = TensorNames.Meanings(tensor.Name, Config);
            if (meanings.All(wanted.ContainsKey))
                Place(tensor, meanings);
            else if (TensorNames.IsIdle(tensor.Name))
                idle.Add(tensor.Name);
            else if (needs.AcrossVariants && HuggingFaceNames.IsVariantTensor(meanings[0]))
                foreign.Add(tensor.Name);
            else
                unexpected.Add(tensor.Name);
        }

        if (idle.Count > 0)
            notes.Add($"not used, as classification has no need of it: {List(idle)}");
        if (foreign.Count > 0)
            warnings.Add($"the variant {ModelClassNames.NameOf(Config.Variant)} has no place for {foreign.Count} tensors of the checkpoint, which are left "
                + $"out: {List(foreign)}");
    }

    private void Place(SafeTensorsEntry tensor, string[] meanings)
    {
        for (int i = 0; i < meanings.Length; i++)
        {
            if (!places.TryAdd(meanings[i], new TensorPlace(tensor, meanings.Length == 1 ? null : i)))
                misshapen.Add($"{tensor.Name} and {places[meanings[i]].Tensor.Name} both are {meanings[i]}");
        }
    }

    private void ChooseHead(Dictionary<string, VitTensor> wanted, WeightFiles weights, CheckpointNeeds needs)
    {
        string[] head = [.. wanted.Values.Where(tensor => tensor.OfHead).Select(tensor => tensor.Name)];
        SafeTensorsEntry? held = head.Where(places.ContainsKey).Select(name => places[name].Tensor).FirstOrDefault();
        long? classes = held?.Shape.FirstOrDefault();
        if (held is null && !needs.NewHead)
        {
            throw new ModelFormatException($"{weights.Source} has no head ({string.Join(", ", head)}): it is a backbone, which tells no classes apart. "
                + "Give the model's entry `training`, so that a new head for the data set's classes is trained.");
        }

        // A model with names may know more classes than the data set has: the names tell which.
        bool named = !needs.NewHead && Config.Id2Label is not null && needs.Classes < Config.NumLabels;
        int wantedClasses = named ? Config.NumLabels : needs.Classes ?? Config.NumLabels;
        if (!needs.NewHead && wantedClasses != Config.NumLabels)
        {
            throw new ModelFormatException($"The model tells {Config.NumLabels} classes apart, the data set has {wantedClasses}. "
                + "Give the model's entry `training`, so that a new head for the data set's classes is trained, or use the data set that it was made for.");
        }

        if (!needs.NewHead || (held is not null && (classes == wantedClasses || needs.Classes is null)))
            return;
        string made = needs.Classes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known} classes") : "the data set's classes";
        warnings.Add(held is null
            ? $"the checkpoint has no head: a new one for {made} is drawn"
            : string.Create(CultureInfo.InvariantCulture, $"the checkpoint's head is for {classes} classes: a new one for {made} takes its place"));
        foreach (string name in head)
        {
            places.Remove(name);
            wanted.Remove(name);
        }

        Config = Config with { NumLabels = wantedClasses, Id2Label = null };
        HasNew = true;
    }

    private void Compare(Dictionary<string, VitTensor> wanted, CheckpointNeeds needs)
    {
        List<string> drawn = [];
        foreach (VitTensor tensor in wanted.Values)
        {
            if (!places.TryGetValue(tensor.Name, out TensorPlace? place))
            {
                (needs.AcrossVariants && tensor.OfVariant ? drawn : missing).Add(tensor.Name);
            }
            else if (tensor.Name == Positions && Interpolates(place, tensor, needs))
            {
                PositionGrid = (needs.MadeFor!.Rows, needs.MadeFor.Columns);
                warnings.Add($"the checkpoint is for images of {Sides(needs.MadeFor)} pixels, the model for {Sides(Config)}: its position embeddings are "
                    + $"interpolated from {needs.MadeFor.Rows}×{needs.MadeFor.Columns} patches to {Config.Rows}×{Config.Columns}");
            }
            else if (!place.Shape.AsSpan().SequenceEqual(tensor.Shape))
            {
                misshapen.Add($"{place.Tensor.Name} is {Show(place.Tensor.Shape)} instead of {Show(place.Whole(tensor.Shape))}");
            }
            else if (!place.Tensor.Format.IsFloating)
            {
                misshapen.Add($"{place.Tensor.Name} holds {place.Tensor.Format.Name} instead of floating-point numbers");
            }
        }

        if (drawn.Count == 0)
            return;
        HasNew = true;
        string trained = needs.NewHead ? "" : "; nothing trains them, as the model's entry has no `training`";
        warnings.Add($"the checkpoint lacks {drawn.Count} tensors of the variant {ModelClassNames.NameOf(Config.Variant)}, which are drawn at "
            + $"random{trained}: {List(drawn)}");
    }

    /// <summary>Whether the position embeddings are those of the model that the checkpoint was made for, whose images have another size.</summary>
    private bool Interpolates(TensorPlace place, VitTensor tensor, CheckpointNeeds needs) =>
        needs.MadeFor is { } madeFor && (madeFor.Rows, madeFor.Columns) != (Config.Rows, Config.Columns) && place.Tensor.Format.IsFloating
        && place.Shape is [1, var tokens, var width] && width == tensor.Shape[2] && tokens == madeFor.Tokens;

    private static string Sides(VitConfig config) => $"{config.ImageHeight}×{config.ImageWidth}";

    private void Judge(string source)
    {
        List<string> mistakes = [];
        void Say(string what, IEnumerable<string> tensors)
        {
            if (tensors.Any())
                mistakes.Add($"{what}: {string.Join(", ", tensors)}");
        }

        Say("missing", missing);
        Say("unexpected", unexpected.Order(StringComparer.Ordinal));
        Say("misshapen", misshapen.Distinct());
        if (mistakes.Count > 0)
            throw new ModelFormatException($"The tensors in {source} do not fit the model; {string.Join("; ", mistakes)}.");
    }

    private static string List(List<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    private static string Show(long[] shape) => $"[{string.Join(", ", shape)}]";
}
