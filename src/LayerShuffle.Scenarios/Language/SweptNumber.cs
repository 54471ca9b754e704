using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Language;

/// <summary>Swept values as numbers: seconds, shares, bits a second, bytes, requests a second, watts, joules, prices an hour, or plain numbers.</summary>
public static class SweptNumber
{
    /// <summary>What a swept value is as a number; null where it is a word, a list or a map.</summary>
    /// <param name="key">The swept key.</param>
    /// <param name="text">The value as written.</param>
    public static double? Of(string key, string text)
    {
        foreach (ScalarType type in KeyPathResolver.Resolve(key).SelectMany(Scalars))
        {
            if (type.Check(text) is null && Number(type.Kind, text) is { } number)
                return number;
        }

        return null;
    }

    private static IEnumerable<ScalarType> Scalars(SchemaType type) => type switch
    {
        ScalarType scalar => [scalar],
        ChoiceType choice => choice.Options.SelectMany(Scalars),
        _ => [],
    };

    private static double? Number(ScalarKind kind, string text) => kind switch
    {
        ScalarKind.Integer or ScalarKind.Number => Quantity.Number(text, out double number) is null ? number : null,
        ScalarKind.Probability => Quantity.Probability(text, out double share) is null ? share : null,
        ScalarKind.Duration => Quantity.Duration(text, out Core.Time.Duration duration) is null ? duration.TotalSeconds : null,
        ScalarKind.Rate => Quantity.Rate(text, out double bytes) is null ? bytes * 8 : null,
        ScalarKind.Size => Quantity.Size(text, out double size) is null ? size : null,
        ScalarKind.Power => Quantity.Power(text, out double watts) is null ? watts : null,
        ScalarKind.Energy => Quantity.Energy(text, out double joules) is null ? joules : null,
        ScalarKind.Price => Quantity.Price(text, out double perHour) is null ? perHour : null,
        ScalarKind.RequestRate => Quantity.RequestRate(text, out double perSecond) is null ? perSecond : null,
        _ => null,
    };
}
