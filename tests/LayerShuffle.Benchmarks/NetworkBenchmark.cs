using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Simulation;

namespace LayerShuffle.Benchmarks;

/// <summary>How fast requests go through the network alone: every trial of scenarios/network-only.yaml, without the writing of files.</summary>
internal static class NetworkBenchmark
{
    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        Scenario scenario = ShippedScenarios.Load("network-only.yaml", options.Quick ? ["workload.requests=1000"] : []);
        var table = new MarkdownTable("", "requests", "requests/s", "messages/s", "simulated s ÷ s", "s");
        using var system = new VirtualActorSystem();
        var runner = new VirtualTrialRunner(system);
        foreach (PlannedTrial planned in ScenarioExpander.Plan(scenario))
        {
            ModelSpec spec = planned.Model;
            var model = new SizesOnlyModel(spec.NumHiddenLayers, spec.Tokens, spec.HiddenSize);
            long mark = Alternating.Mark();
            TrialRecord record = runner.Run(planned.Spec, model, planned.Spec.Workload.Requests!.Value * planned.Spec.Workload.ImagesPerRequest);
            double seconds = Alternating.SecondsSince(mark);
            table.Add(
                $"{planned.Spec.Key.Condition}, {planned.Spec.Key.Policy}", record.Requests.Count, $"{record.Requests.Count / seconds:N0}",
                    $"{record.Links.Sum(link => link.MessagesSent) / seconds:N0}",
                $"{record.Length.TotalSeconds / seconds:N0}", $"{seconds:0.00}");
        }

        table.Print(output);
    }
}
