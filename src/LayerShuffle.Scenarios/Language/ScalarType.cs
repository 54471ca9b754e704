using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Language;

/// <summary>A single value.</summary>
/// <param name="Kind">What it is.</param>
public sealed record ScalarType(ScalarKind Kind) : SchemaType
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>Least number (for durations in nanoseconds).</summary>
    public double? Minimum { get; init; }

    /// <summary>Whether <see cref="Minimum"/> itself is too small.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Greatest number.</summary>
    public double? Maximum { get; init; }

    /// <summary>For <see cref="ScalarKind.Word"/>: the words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Words of the language that this version does not support yet.</summary>
    public IReadOnlyList<string> UnsupportedWords { get; init; } = [];

    /// <summary>For <see cref="ScalarKind.Pattern"/>: a regular expression of the whole text.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>For <see cref="ScalarKind.Pattern"/>: what such a text is called.</summary>
    public string Noun { get; init; } = "";

    /// <summary>For <see cref="ScalarKind.Pattern"/>: texts that match and are refused all the same, in small letters; capitals make no difference.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <inheritdoc/>
    public override string Expected => Kind switch
    {
        ScalarKind.Text => "text",
        ScalarKind.Pattern => Noun,
        ScalarKind.Path => "a path",
        ScalarKind.Integer => "a whole number" + Range(),
        ScalarKind.Number => "a number" + Range(),
        ScalarKind.Boolean => "true or false",
        ScalarKind.Duration => (Exclusive ? "a duration greater than 0" : "a duration") + " such as `20ms`",
        ScalarKind.Probability => "a probability such as `5%` or `0.05`",
        ScalarKind.Rate => "a rate such as `100Mbps` or `12MB/s`",
        ScalarKind.Size => "a size such as `2GB` or `512MiB`",
        ScalarKind.RequestRate => "a rate of requests such as `50/s`",
        ScalarKind.Power => "a power such as `2.7W` or `350mW`",
        ScalarKind.Energy => "an energy such as `50nJ`",
        ScalarKind.Price => "a price such as `0.05/h`",
        ScalarKind.Word => string.Join(" or ", Words.Select(word => $"`{word}`")),
        _ => "a value such as `60%` or `100ms`",
    };

    /// <summary>What is wrong with a text; null where it is right.</summary>
    public string? Check(string text) => Kind switch
    {
        ScalarKind.Text or ScalarKind.Path => text.Length == 0 ? "nothing is written here" : null,
        ScalarKind.Pattern => !Compiled(Pattern).IsMatch(text) ? $"`{text}` is not possible here" :
            Refused.Contains(text.ToLowerInvariant()) ? $"`{text}` cannot be a name: readers of CSV take it for a missing value or a number" : null,
        ScalarKind.Integer => Quantity.Integer(text, out long whole) ?? OutOfRange(whole, text),
        ScalarKind.Number => Quantity.Number(text, out double number) ?? OutOfRange(number, text),
        ScalarKind.Boolean => text is "true" or "false" ? null : $"`{text}` is not true or false",
        ScalarKind.Duration => Quantity.Duration(text, out Duration duration) ?? OutOfRange(duration.Nanoseconds, text),
        ScalarKind.Probability => Quantity.Probability(text, out double probability) ?? OutOfRange(probability, text),
        ScalarKind.Rate => Quantity.Rate(text, out _),
        ScalarKind.Size => Quantity.Size(text, out _),
        ScalarKind.RequestRate => Quantity.RequestRate(text, out _),
        ScalarKind.Power => Quantity.Power(text, out _),
        ScalarKind.Energy => Quantity.Energy(text, out _),
        ScalarKind.Price => Quantity.Price(text, out _),
        ScalarKind.Word => Words.Contains(text) ? null : UnsupportedWords.Contains(text) ? $"`{text}` is not supported yet" : $"unknown word `{text}`",
        _ => null,
    };

    private static Regex Compiled(string pattern) => Patterns.GetOrAdd(pattern, static text => new Regex($"^(?:{text})\\z", RegexOptions.CultureInvariant));

    private string? OutOfRange(double number, string text) =>
        Minimum is { } least && (number < least || (Exclusive && number == least)) ? $"{text.Trim()} is too small" :
        Maximum is { } most && number > most ? $"{text.Trim()} is too large" : null;

    private string Range()
    {
        string least = Minimum is { } a ? (Exclusive ? " greater than " : " of at least ") + a.ToString(CultureInfo.InvariantCulture) : "";
        string most = Maximum is { } b and < int.MaxValue ? (least.Length == 0 ? " of at most " : " and at most ") + b.ToString(CultureInfo.InvariantCulture)
            : "";
        return least + most;
    }
}
