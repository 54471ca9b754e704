using System.Globalization;
using System.Security.Cryptography;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Models;

/// <summary>
/// How the layershuffle variants draw the order in which a batch runs through the layers (arXiv 2407.04513 draws uniformly), and which layers it leaves out.
/// </summary>
public sealed record OrderSpec
{
    /// <summary>
    /// Mallows's model around the ascending order: every inversion makes an order so many times as likely. 0: ascending; 1: uniform; null: see
    /// <see cref="Curriculum"/>.
    /// </summary>
    public double? Mallows { get; init; }

    /// <summary>Share of the training over which <see cref="Mallows"/> rises linearly from 0 to 1, where it stays; null: none.</summary>
    public double? Curriculum { get; init; }

    /// <summary>Orders that a run's requests had, one of which is drawn for each batch, with the layers that it lacks; null: none.</summary>
    public OrderTrace? Trace { get; init; }

    /// <summary>Share of the layers that each order leaves out, rounded to a number of them (SkipPipe's skip ratio, arXiv 2502.19913).</summary>
    public double Skip { get; init; }

    /// <summary>So many first layers keep their place, and are never left out.</summary>
    public int PinFirst { get; init; }

    /// <summary>So many last layers do.</summary>
    public int PinLast { get; init; }

    /// <summary>Every order equally likely.</summary>
    public static OrderSpec Uniform { get; } = new();

    /// <summary>Draws an order.</summary>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="luck">The batch's draw.</param>
    /// <param name="step">The draw of its step, whose batches all run through the same layers: a layer adds up gradients of all of them or of none.</param>
    /// <param name="progress">Share of the training that has passed.</param>
    public int[] Draw(int layers, SeedTree luck, SeedTree step, double progress)
    {
        if (Trace is { } trace)
            return trace.Orders[step.Child("trace").Stream().Next(trace.Orders.Count)];
        int first = Math.Min(PinFirst, layers), last = Math.Min(PinLast, layers - first), free = layers - first - last;
        RandomStream stream = luck.Stream();
        double dispersion = Curriculum is { } share ? Math.Min(1, progress / share) : Mallows ?? 1;
        int[] order = dispersion < 1 ? Near(free, dispersion, stream) : stream.Permutation(free);
        var left = new HashSet<int>(Left(free, step)); // membership only
        return [.. Enumerable.Range(0, first), .. order.Where(layer => !left.Contains(layer)).Select(layer => first + layer),
            .. Enumerable.Range(layers - last, last)];
    }

    /// <summary>The words of the scenario: equal for equal draws.</summary>
    public override string ToString()
    {
        List<string> words = [];
        void Say(string word, double? value)
        {
            if (value is { } number and not 0 || (value is not null && word is "mallows"))
                words.Add(string.Create(CultureInfo.InvariantCulture, $"{word} {value:R}"));
        }

        Say("mallows", Mallows);
        Say("curriculum", Curriculum);
        Say("skip", Skip);
        Say("pin first", PinFirst);
        Say("pin last", PinLast);
        if (Trace is { } trace)
            words.Add($"trace {trace.Hash}");
        return words.Count == 0 ? "uniform" : string.Join(", ", words);
    }

    private IEnumerable<int> Left(int free, SeedTree step) =>
        Skip > 0 ? step.Child("skip").Stream().Permutation(free).Take((int)Math.Round(Skip * free, MidpointRounding.AwayFromZero)) : [];

    /// <summary>
    /// Repeated insertion (Doignon, Pekeč and Regenwetter, 2004): item i goes k places before the end of those before it, which makes k inversions, with
    /// probability q^k ÷ (1 + q + … + q^i).
    /// </summary>
    private static int[] Near(int count, double q, RandomStream stream)
    {
        List<int> order = new(count);
        for (int i = 0; i < count; i++)
        {
            double sum = 0, term = 1;
            for (int k = 0; k <= i; k++, term *= q)
                sum += term;
            double left = stream.NextDouble() * sum;
            int places = 0;
            for (term = 1; places < i && left >= term; places++, term *= q)
                left -= term;
            order.Insert(i - places, i);
        }

        return [.. order];
    }
}

/// <summary>Orders that requests had, as a run's requests.csv tells them.</summary>
/// <param name="orders">The layer ids of each, in the order in which they ran; at least one order, none of them empty.</param>
public sealed class OrderTrace(IReadOnlyList<int[]> orders)
{
    /// <summary>The orders.</summary>
    public IReadOnlyList<int[]> Orders { get; } = orders;

    /// <summary>32 hexadecimal digits that stand for all orders.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', orders.Select(order => string.Join(' ', order))))).AsSpan(0, 16));

    /// <inheritdoc/>
    public override bool Equals(object? other) => other is OrderTrace trace && trace.Hash == Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);
}
