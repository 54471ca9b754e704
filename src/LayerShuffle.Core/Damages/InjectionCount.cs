namespace LayerShuffle.Core.Damages;

/// <summary>
/// How many faults have to be injected to know the share of those that do harm: statistical fault injection (Leveugle, Calvez, Maistri, Vanhauwaert,
/// "Statistical fault injection: quantified error and confidence", DATE 2009).
/// </summary>
public static class InjectionCount
{
    /// <summary>The standard normal quantile of a confidence of 95%.</summary>
    public const double At95 = 1.959963984540054;

    /// <summary>n = N ÷ (1 + e² (N − 1) ÷ (t² p (1 − p))), rounded up.</summary>
    /// <param name="population">N: how many different faults there are.</param>
    /// <param name="margin">e: the share is to be known to ± this.</param>
    /// <param name="share">p: the share that is expected; one half where nothing is known asks for most.</param>
    /// <param name="t">The normal quantile of the confidence.</param>
    public static long Needed(double population, double margin, double share = 0.5, double t = At95) =>
        (long)Math.Ceiling((population / (1 + (margin * margin * (population - 1) / (t * t * share * (1 - share))))) - 1e-9);

    /// <summary>The margin that a number of injections gives: the same formula, solved for e.</summary>
    /// <param name="population">How many different faults there are.</param>
    /// <param name="injections">How many of them are injected, from 1.</param>
    /// <param name="share">The share that is expected.</param>
    /// <param name="t">The normal quantile of the confidence.</param>
    public static double Margin(double population, double injections, double share = 0.5, double t = At95) => injections >= population || population <= 1
        ? 0 : t * Math.Sqrt(share * (1 - share) * (population - injections) / (injections * (population - 1)));
}
