namespace LayerShuffle.Vision.Model;

/// <summary>
/// The numbers in which matrices are multiplied. Weights, norms, sums of residuals and what travels between layers are in single precision in any case.
/// </summary>
public enum ComputePrecision
{
    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>bfloat16: weights and inputs of linear maps and attention are rounded to it, as autocast does; gradients arrive in single precision.</summary>
    Bf16,
}
