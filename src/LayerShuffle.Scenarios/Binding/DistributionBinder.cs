using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Latencies and compute times.</summary>
internal static class DistributionBinder
{
    public static DelayDistribution Bind(ScenarioNode node, MistakeList mistakes)
    {
        if (node is ScalarNode scalar)
            return DelayDistribution.Constant(Quantity.Duration(scalar.Text, out Duration value) is null ? value : default);
        MapNode? map = node as MapNode;
        if (Read.Duration(map, "rtt") is { } rtt)
            return DelayDistribution.Constant(new Duration((rtt.Nanoseconds + 1) / 2));
        Duration mean = Read.Duration(map, "mean") ?? default, deviation = Read.Duration(map, "stddev") ?? default, min = Read.Duration(map, "min") ?? default;
        Duration? max = Read.Duration(map, "max");
        if (max < min)
            mistakes.Add(map!.Get("min") ?? map.Get("max")!, $"`min` {Read.Text(map, "min")} is greater than `max` {Read.Text(map, "max")}");
        double correlation = Read.Probability(map, "correlation") ?? 0;
        if (correlation == 1)
            mistakes.Add(map!.Get("correlation")!, "a correlation of 100% would repeat the first draw for ever", "less than 100%");
        DelayKind kind = Read.Text(map, "distribution") switch
        {
            "uniform" => DelayKind.Uniform,
            "normal" => DelayKind.Normal,
            "lognormal" => DelayKind.Lognormal,
            "exponential" => DelayKind.Exponential,
            "pareto" => DelayKind.Pareto,
            "paretonormal" => DelayKind.ParetoNormal,
            "empirical" => DelayKind.Empirical,
            _ => DelayKind.Constant,
        };
        if (kind is DelayKind.Lognormal or DelayKind.Pareto or DelayKind.Exponential or DelayKind.ParetoNormal
            && map?.Get("mean") is { } given && mean == default && Read.Duration(map, "mean") is not null)
            mistakes.Add(given, $"the mean of a {Read.Text(map, "distribution")} distribution must be greater than 0");
        if (kind is DelayKind.Lognormal or DelayKind.Pareto or DelayKind.ParetoNormal && map?.Get("stddev") is { } spread && deviation == default
            && Read.Duration(map, "stddev") is not null)
            mistakes.Add(spread, $"the standard deviation of a {Read.Text(map, "distribution")} distribution must be greater than 0");
        DelayDistribution bound = kind switch
        {
            DelayKind.Uniform => new DelayDistribution(kind,
                new Duration((min.Nanoseconds / 2) + ((max ?? min).Nanoseconds / 2) + (((min.Nanoseconds % 2) + ((max ?? min).Nanoseconds % 2)) / 2)), default,
                min, max),
            DelayKind.Empirical => EmpiricalBinder.Bind(map!, mistakes) is { } table ? DelayDistribution.Empirical(table, min, max)
                : DelayDistribution.Constant(default),
            _ => new DelayDistribution(kind, mean, deviation, min, max),
        };
        return correlation is > 0 and < 1 && kind != DelayKind.Constant ? bound with { Correlation = correlation } : bound;
    }

    public static ComputeTimeSpec ComputeTime(ScenarioNode? node, MistakeList mistakes) => node switch
    {
        null => ComputeTimeSpec.Zero,
        MapNode map when map.Get("distribution") is null => new ComputeTimeSpec(
            map.Get("base") is { } part ? Bind(part, mistakes) : DelayDistribution.Constant(default), Read.Duration(map, "per_image") ?? default),
        _ => new ComputeTimeSpec(Bind(node, mistakes), default),
    };
}
