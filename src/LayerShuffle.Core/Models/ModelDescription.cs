namespace LayerShuffle.Core.Models;

/// <summary>What a config.json says.</summary>
/// <param name="Config">The model it describes; keys that are absent or null have Hugging Face's defaults.</param>
/// <param name="Said">The keys that it has, and <see cref="Variant"/> where it names a variant of training.</param>
/// <param name="Unapplied">Sentences about what it says and this program does not do.</param>
public sealed record ModelDescription(VitConfig Config, IReadOnlySet<string> Said, IReadOnlyList<string> Unapplied)
{
    /// <summary>Among <see cref="Said"/>: the class or a key of our own names a variant other than the standard one, or the standard one explicitly.</summary>
    public const string Variant = "variant";
}
