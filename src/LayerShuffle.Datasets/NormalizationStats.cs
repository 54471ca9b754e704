namespace LayerShuffle.Datasets;

/// <summary>Mean and standard deviation per channel, of pixels scaled to [0, 1]: the model's input is (pixel ÷ 255 − mean) ÷ std.</summary>
/// <param name="Mean">Three means: red, green, blue (Hugging Face's <c>image_mean</c>); or one, for models of one channel.</param>
/// <param name="Std">As many standard deviations (Hugging Face's <c>image_std</c>).</param>
public sealed record NormalizationStats(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>0.5 and 0.5: pixels to [−1, 1], Hugging Face's default for ViT.</summary>
    public static NormalizationStats Half { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    /// <summary>The statistics of CIFAR-10's training images.</summary>
    public static NormalizationStats Cifar10 { get; } = new([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);

    /// <summary>The statistics of CIFAR-100's training images.</summary>
    public static NormalizationStats Cifar100 { get; } = new([0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762]);

    /// <summary>The statistics of MNIST's training images, the same for each of the three channels.</summary>
    public static NormalizationStats Mnist { get; } = new([0.1307, 0.1307, 0.1307], [0.3081, 0.3081, 0.3081]);

    /// <summary>What a pixel is multiplied by first (Hugging Face's <c>rescale_factor</c>): 1/255, or 1 where it is taken as it is.</summary>
    public double Scale { get; init; } = 1 / 255.0;

    /// <summary>The channels of the model's input: 3, or 1.</summary>
    public int Channels => Mean.Count;

    /// <summary>The default statistics of a dataset.</summary>
    public static NormalizationStats For(DatasetKind kind) => kind switch
    {
        DatasetKind.Cifar10 => Cifar10,
        DatasetKind.Cifar100 => Cifar100,
        DatasetKind.Mnist => Mnist,
        _ => Half,
    };

    /// <summary>The input for every channel and byte: entry [channel × 256 + pixel].</summary>
    internal float[] Table()
    {
        if (Mean.Count is not (1 or 3) || Std.Count != Mean.Count || Std.Any(std => !(std > 0)))
            throw new ArgumentException("Normalisation needs three means and three positive standard deviations, or one of each.");
        var table = new float[Mean.Count * 256];
        for (int i = 0; i < table.Length; i++)
        {
            double scaled = Scale == 1 / 255.0 ? i % 256 / 255.0 : i % 256 * Scale;
            table[i] = (float)((scaled - Mean[i / 256]) / Std[i / 256]);
        }
        return table;
    }
}
