using LayerShuffle.Cli.Commands;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Results;
using LayerShuffle.Results.Csv;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// The quickstart's images cannot be told apart without depth: a linear model on the pixels stays below 40%, and one layer stays 15 points below six, trained
/// on the same budget. The transformers are trained by the program itself, with the quickstart's settings; the linear model gets every favour.
/// </summary>
internal static class HonestyBenchmark
{
    private const string Quickstart = "quickstart.yaml";
    private const double LinearLimit = 0.40, DepthGap = 0.15;

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        var table = new MarkdownTable("seed", "linear on pixels", "at learning rate, epoch", "one layer", "all layers", "layers apart");
        double linearMargin = 1, depthMargin = 1;
        foreach (long seed in options.Quick ? new long[] { 7 } : [7, 8, 9])
        {
            string[] quick = options.Quick ? ["dataset.train=640", "dataset.test=200", "model.training.epochs=1"] : [];
            Scenario scenario = ShippedScenarios.Load(Quickstart, quick, seed);
            ModelSpec baseline = scenario.Models.First(model => model.InitFrom is null);
            ImageDataset images = new RunData(scenario, new Lazy<Device>(() => CPU), scenario.Threads).Dataset(baseline);
            (double linear, double learningRate, int epoch) = LinearModel.Best(images, baseline.Training!.BatchSize, options.Pick(40, 2));
            double one = Train(scenario, baseline, [.. quick, "model.num_hidden_layers=1"]), all = Train(scenario, baseline, quick);
            table.Add(seed, Percent(linear), FormattableString.Invariant($"{learningRate}, {epoch}"), Percent(one), Percent(all),
                FormattableString.Invariant($"{100 * (all - one):0.0} points"));
            (linearMargin, depthMargin) = (Math.Min(linearMargin, LinearLimit - linear), Math.Min(depthMargin, all - one - DepthGap));
        }

        table.Print(output);
        output.WriteLine(FormattableString.Invariant(
            $"\nSmallest margins: the linear model is {100 * linearMargin:0.0} points below {100 * LinearLimit:0}%; one layer is {100 * depthMargin:0.0} ")
                + FormattableString.Invariant($"points further below than the {100 * DepthGap:0} asked for."));
    }

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.0}%");

    /// <summary>Has the program train the baseline alone and reads its accuracy in order after the last epoch.</summary>
    private static double Train(Scenario scenario, ModelSpec baseline, IReadOnlyList<string> sets)
    {
        string folder = Directory.CreateTempSubdirectory("layershuffle-honesty").FullName;
        try
        {
            IEnumerable<string> alone =
            [
                .. scenario.Models.Where(model => model != baseline).Select(model => $"models.{model.Name}=null"),
                "conditions=null", "expect=null", "network=null", "faults=null", "policies=null", "sweep=null", "repeats=1", "workload.requests=1",
            ];
            string[] args =
            [
                "run", ShippedScenarios.PathOf(Quickstart), "--output", Path.Combine(folder, "run"), "--seed", $"{scenario.Seed}",
                    .. sets.Concat(alone).SelectMany(set => new[] { "--set", set }),
            ];
            using var table = new StringWriter();
            int code = CommandLine.Invoke(args, table, Console.Error);
            if (code != ExitCodes.Done)
                throw new InvalidOperationException($"layershuffle {string.Join(' ', args)} ended with {code}.");
            return double.Parse(ResultsReader.Rows(Path.Combine(folder, "run", ResultsFiles.Training)).Last()["top1_sequential"],
                System.Globalization.CultureInfo.InvariantCulture);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
