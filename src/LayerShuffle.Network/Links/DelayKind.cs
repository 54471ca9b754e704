namespace LayerShuffle.Network.Links;

/// <summary>Families of delay distributions, named as netem and the scenario language name them.</summary>
public enum DelayKind
{
    /// <summary>Always the mean.</summary>
    Constant,

    /// <summary>Uniform between min and max.</summary>
    Uniform,

    /// <summary>Normal, clamped.</summary>
    Normal,

    /// <summary>Lognormal with the given mean and standard deviation.</summary>
    Lognormal,

    /// <summary>Exponential with the given mean.</summary>
    Exponential,

    /// <summary>Pareto (type I) with the given mean and standard deviation.</summary>
    Pareto,
}
