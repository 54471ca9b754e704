using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace LayerShuffle.Benchmarks;

/// <summary>The benchmarks by name.</summary>
internal static class BenchmarkList
{
    private static readonly (string Name, string Answers, Action<BenchmarkOptions, TextWriter> Run)[] All =
    [
        ("actors", "actor forward ÷ plain loop through the same model, batch 1, 8 and 64 (goal: 0.95 to 1.05)", ActorsBenchmark.Run),
        ("training", "training step through layer actors ÷ plain training step", TrainingBenchmark.Run),
        ("training-speed", "images per second of a training in fp32 and in bf16, and the time of each operation of a layer", TrainingSpeedBenchmark.Run),
        ("kernel", "events per second of the virtual kernel ÷ a plain priority queue", KernelBenchmark.Run),
        ("network", "requests per second of scenarios/network-only.yaml", NetworkBenchmark.Run),
        ("features", "what each condition, fault and way around failures costs: a trial of scenarios/network-only.yaml with it ÷ without it",
            FeaturesBenchmark.Run),
        ("watch", "a run that somebody watches in a browser ÷ the same run unwatched (goal: at most 1.1)", WatchBenchmark.Run),
        ("honesty", "the quickstart's task needs depth: a linear model and a one-layer model against the six-layer one, seeds 7, 8 and 9",
            HonestyBenchmark.Run),
        ("waits", "how computing threads wait for each other, alone and beside busy loops: seconds by OpenMP's spin count", WaitsBenchmark.Run),
        ("single-images", "one image a request: answers that are remembered, and images computed together, ÷ request by request", SingleImagesBenchmark.Run),
        ("data-plane", "throughput of the data plane ÷ a raw loopback socket, 1 to 32 MB (goal: at least 0.7)",
            static (_, _) => DataPlaneThroughput.RunAsync().GetAwaiter().GetResult()),
        ("control-under-load",
            "control messages between two processes while their data planes are full (goal: a median under 10 ms one way, nobody unreachable)",
            static (options, output) => ControlUnderLoad.RunAsync(options, output).GetAwaiter().GetResult()),
    ];

    /// <summary>Runs what is named, or prints the list.</summary>
    /// <returns>An exit code: 0, or 2 for a command line that asks for what there is not.</returns>
    public static int Run(string[] args)
    {
        if (args is [LoadPeer.Name, .. string[] rest])
            return LoadPeer.RunAsync(rest).GetAwaiter().GetResult();
        if (args is [WaitsBenchmark.Trainer, .. string[] how])
            return WaitsBenchmark.Work(how);
        if (args is [WaitsBenchmark.Loop])
            return WaitsBenchmark.Burn();
        int threads = Environment.ProcessorCount;
        List<string> names = [];
        bool quick = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
                quick = true;
            else if (args[i] == "--threads" && i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out threads)
                && threads > 0)
                i++;
            else
                names.Add(args[i]);
        }

        string[] unknown = [.. names.Where(name => name != "all" && All.All(benchmark => benchmark.Name != name))];
        if (names.Count == 0 || unknown.Length > 0)
        {
            foreach (string name in unknown)
                Console.Error.WriteLine($"There is no benchmark `{name}`.");
            Console.WriteLine("dotnet run -c Release --project tests/LayerShuffle.Benchmarks -- NAME… [--quick] [--threads N]");
            foreach ((string name, string answers, _) in All)
                Console.WriteLine($"  {name,-18} {answers}");
            Console.WriteLine($"  {"all",-18} all of them");
            return unknown.Length > 0 ? 2 : 0;
        }

        torch.set_num_threads(threads);
        var options = new BenchmarkOptions(quick, threads);
        Console.WriteLine(FormattableString.Invariant(
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {threads} computing ")
                + FormattableString.Invariant($"threads, .NET {Environment.Version}, TorchSharp {typeof(torch).Assembly.GetName().Version}")
                + FormattableString.Invariant($"{(quick ? "; QUICK: these figures mean nothing" : "")}"));
        foreach ((string name, string answers, Action<BenchmarkOptions, TextWriter> run) in All.Where(benchmark => names.Contains("all")
            || names.Contains(benchmark.Name)))
        {
            Console.WriteLine($"\n## {name}: {answers}\n");
            run(options, Console.Out);
        }

        return 0;
    }
}
