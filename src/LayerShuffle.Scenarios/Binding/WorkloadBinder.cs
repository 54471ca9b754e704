using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Requests and arrivals.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class WorkloadBinder(MistakeList mistakes)
{
    /// <summary>The deadline where none is written.</summary>
    public static Duration DefaultDeadline => Duration.FromSeconds(30);

    public WorkloadSpec Bind(MapNode? workload)
    {
        ArrivalSpec arrivals = Arrivals(workload?.Map("arrivals"));
        int? requests = Read.Integer(workload, "requests");
        if (requests > arrivals.Times?.Count)
            mistakes.Add(workload!.Get("requests")!, $"{requests} requests, but the trace has {arrivals.Times.Count} arrivals",
                $"at most {arrivals.Times.Count}, or none: then there are as many");
        return new WorkloadSpec(requests ?? arrivals.Times?.Count, Math.Max(1, Read.Integer(workload, "images_per_request", 1)), arrivals,
            Read.Duration(workload, "deadline") ?? DefaultDeadline)
        {
            WarmUp = Read.Duration(workload, "warm_up") ?? Duration.Zero,
            HealAfter = Read.Duration(workload, "heal_after"),
        };
    }

    private ArrivalSpec Arrivals(MapNode? arrivals)
    {
        ScenarioNode? rate = arrivals?.Get("rate"), process = arrivals?.Get("process"), concurrency = arrivals?.Get("concurrency");
        if (arrivals?.Get("trace") is { IsNull: false } trace)
        {
            if ((rate ?? process ?? concurrency) is { } other)
                mistakes.Add(other, "a `trace` says when requests arrive, and nothing else does", "one of `trace`, `rate` and `concurrency`");
            return TraceBinder.Arrivals(trace, mistakes) is { } times ? new ArrivalSpec(ArrivalKind.Trace, 0, 0) { Times = times }
                : new ArrivalSpec(ArrivalKind.Closed, 1, 0);
        }

        if (rate is null)
        {
            if (process is not null)
                mistakes.Add(process, "`process` needs a `rate`", "a rate such as `rate: 50/s`");
            return new ArrivalSpec(ArrivalKind.Closed, Math.Max(1, Read.Integer(arrivals, "concurrency", 1)), 0);
        }

        if (concurrency is not null)
            mistakes.Add(rate, "`rate` and `concurrency` exclude each other", "one of them (`concurrency: null` in an overlay removes it)");
        double perSecond = rate is ScalarNode scalar && Quantity.RequestRate(scalar.Text, out double value) is null ? value : 1;
        return new ArrivalSpec(Read.Text(arrivals, "process") == "uniform" ? ArrivalKind.Uniform : ArrivalKind.Poisson, 0, perSecond);
    }
}
