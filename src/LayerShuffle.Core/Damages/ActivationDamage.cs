using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Damages;

/// <summary>
/// What a link did to the numbers of an activation: packets of it are missing, or it was corrupted and nobody noticed. A function of itself and of what was
/// sent: on either clock, and at whichever end it is worked out, the same arrives.
/// </summary>
/// <param name="Seed">What its draws come from.</param>
public sealed record ActivationDamage(ulong Seed)
{
    /// <summary>Numbers of the packets that are missing, ascending.</summary>
    public IReadOnlyList<int> Missing { get; init; } = [];

    /// <summary>Bytes of a packet.</summary>
    public long PacketBytes { get; init; } = 1;

    /// <summary>Whether the mean of its token stands for what is missing; else zero does.</summary>
    public bool FillsWithMean { get; init; }

    /// <summary>How it was corrupted; null: it was not.</summary>
    public CorruptionSpec? Corruption { get; init; }

    /// <summary>Bytes of a message that do not arrive.</summary>
    /// <param name="bytes">Those that were sent.</param>
    public long MissingBytes(long bytes) => PacketSpec.BytesOf(Missing, PacketBytes, bytes);

    /// <summary>Makes of an activation that was sent the one that arrives.</summary>
    /// <param name="values">The activation, [images, tokens, hidden], as it is where all of it arrives whole.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="hidden">Width of a token.</param>
    /// <param name="format">The format in which it travelled: the size of its numbers, and their bits.</param>
    public void Apply(Span<float> values, int tokens, int hidden, WireFormat format)
    {
        if (values.IsEmpty)
            return;
        var stream = new RandomStream(Seed);
        switch (Corruption?.Kind)
        {
            case CorruptionKind.Flip:
                Flip(values, Corruption, format, stream);
                break;
            case CorruptionKind.Noise:
                AddNoise(values, Corruption.Strength, stream);
                break;
            case CorruptionKind.Zero:
                foreach (int at in Chosen(values.Length, (int)Math.Round(Math.Clamp(Corruption.Share, 0, 1) * values.Length), stream))
                    values[at] = 0;
                break;
            case CorruptionKind.Swap:
                for (int image = 0; image < values.Length; image += tokens * hidden)
                    Swap(values.Slice(image, tokens * hidden), hidden, Math.Min(Corruption.Tokens, tokens), stream);
                break;
        }

        if (Missing.Count > 0)
            Fill(values, hidden, format);
    }

    /// <summary>Adds noise whose deviation is so many times that of the numbers; what is not finite counts for nothing.</summary>
    public static void AddNoise(Span<float> values, double strength, RandomStream stream)
    {
        double deviation = strength * Deviation(values);
        foreach (ref float value in values)
            value = (float)(value + (deviation * stream.NextGaussian()));
    }

    private static double Deviation(ReadOnlySpan<float> values)
    {
        double mean = 0, squares = 0;
        long count = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                continue;
            double away = value - mean;
            mean += away / ++count;
            squares += away * (value - mean);
        }

        return count == 0 ? 0 : Math.Sqrt(squares / count);
    }

    private static void Flip(Span<float> values, CorruptionSpec corruption, WireFormat format, RandomStream stream)
    {
        (int lowest, int count) = NumberBits.Of(corruption.Field, format);
        float scale = 0;
        if (format == WireFormat.Int8)
        {
            foreach (float value in values)
                scale = MathF.Max(scale, MathF.Abs(value)); // the scale with which they came: the greatest of them is ±127 times it
            scale = float.IsFinite(scale) ? scale / sbyte.MaxValue : 0;
        }

        HashSet<(int, int)> flipped = []; // membership only
        long most = Math.Min(corruption.Bits, (long)values.Length * count);
        while (flipped.Count < most)
        {
            (int at, int bit) = (stream.Next(values.Length), lowest + stream.Next(count));
            if (flipped.Add((at, bit)))
                values[at] = NumberBits.Flip(values[at], bit, format, scale);
        }
    }

    /// <summary>So many different numbers below another, each set of them as likely.</summary>
    private static Span<int> Chosen(int below, int count, RandomStream stream)
    {
        var all = new int[below];
        for (int i = 0; i < below; i++)
            all[i] = i;
        for (int i = 0; i < count; i++)
        {
            int other = i + stream.Next(below - i);
            (all[i], all[other]) = (all[other], all[i]);
        }

        return all.AsSpan(0, count);
    }

    /// <summary>Each of the chosen tokens stands where the next of them stood.</summary>
    private static void Swap(Span<float> image, int hidden, int tokens, RandomStream stream)
    {
        if (tokens < 2)
            return;
        Span<int> places = Chosen(image.Length / hidden, tokens, stream);
        float[] first = image.Slice(places[0] * hidden, hidden).ToArray();
        for (int i = 1; i < places.Length; i++)
            image.Slice(places[i] * hidden, hidden).CopyTo(image.Slice(places[i - 1] * hidden, hidden));
        first.CopyTo(image.Slice(places[^1] * hidden, hidden));
    }

    /// <summary>A number that lies in two packets needs both.</summary>
    private void Fill(Span<float> values, int hidden, WireFormat format)
    {
        int bytes = format.BytesPerNumber();
        var gone = new bool[values.Length];
        foreach (int packet in Missing)
        {
            long from = Math.Max(0, packet * PacketBytes / bytes), until = (((packet + 1) * PacketBytes) + bytes - 1) / bytes;
            gone.AsSpan((int)Math.Min(from, values.Length), (int)(Math.Min(until, values.Length) - Math.Min(from, values.Length))).Fill(true);
        }

        float otherwise = FillsWithMean ? Mean(values, gone) ?? 0 : 0; // of what arrived of the message: for tokens of which nothing did
        for (int token = 0; token < values.Length; token += hidden)
        {
            Span<float> part = values.Slice(token, hidden);
            ReadOnlySpan<bool> holes = gone.AsSpan(token, hidden);
            if (holes.IndexOf(true) < 0)
                continue;
            float filling = FillsWithMean ? Mean(part, holes) ?? otherwise : 0;
            for (int i = 0; i < hidden; i++)
            {
                if (holes[i])
                    part[i] = filling;
            }
        }
    }

    private static float? Mean(ReadOnlySpan<float> values, ReadOnlySpan<bool> gone)
    {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (gone[i])
                continue;
            sum += values[i];
            count++;
        }

        return count == 0 ? null : (float)(sum / count);
    }
}
