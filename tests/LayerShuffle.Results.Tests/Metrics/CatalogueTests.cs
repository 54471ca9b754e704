using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Metrics;

/// <summary>One catalogue from which columns, summaries and expectations are taken.</summary>
public class CatalogueTests
{
    [Fact]
    public void Every_metric_of_the_catalogue_is_measured_and_nothing_else_is()
    {
        var metrics = TrialMetrics.Compute(Sample.Trial() with { Joules = 1, Price = 1, Flops = new(1, 1), Heals = true });
        foreach (var metric in MetricCatalogue.All)
            metrics.Value(metric.Name).ShouldNotBeNull(metric.Name);
        TrialMetrics.Names.ShouldBe(MetricCatalogue.All.Select(metric => metric.Name));
        Should.Throw<ArgumentException>(() => metrics.Value("top2"));
    }

    [Fact]
    public void What_is_summarised_is_in_the_catalogue_once()
    {
        SummaryFile.Metrics.ShouldBeSubsetOf(MetricCatalogue.All.Select(metric => metric.Name));
        SummaryFile.Metrics.ShouldBeUnique();
        MetricCatalogue.All.Select(metric => metric.Name).ShouldBeUnique();
    }
}
