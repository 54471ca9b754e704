using System.Diagnostics;
using System.Globalization;
using LayerShuffle.Supervision;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// How computing threads wait for each other: training steps and single images with several spin counts of OpenMP, each in a process of its own (OpenMP reads
/// it once), in turn, on the machine as it is and beside as many busy loops as it has cores. What counts are the ratios to OpenMP's own choice.
/// </summary>
internal static class WaitsBenchmark
{
    /// <summary>First words of the command lines of its children.</summary>
    public const string Trainer = "waits-trainer", Loop = "busy-loop";

    private const string OpenMps = "OpenMP's own";

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        (string Name, int Threads, string? Spins)[] settings =
        [
            (OpenMps, options.Threads, "own"), ("ours", options.Threads, null),
            .. new[] { 0, 100, 1000, 10_000, 30_000, 100_000 }.Take(options.Pick(6, 2))
                .Select(spins => ($"{spins}", options.Threads, (string?)spins.ToString(CultureInfo.InvariantCulture))),
            ("one thread", 1, null),
        ];
        Process[] trainers = [.. settings.Select(setting => Start(setting.Threads, setting.Spins))];
        try
        {
            foreach (string work in new[] { "train", "single" })
            {
                output.WriteLine(
                    (work == "train" ? "40 training steps of 64 images, 6 layers of width 64" : "300 requests of one image, 12 layers of width 192")
                    + $": seconds (÷ {OpenMps})\n");
                output.WriteLine($"| spin count | machine as it is | beside {Environment.ProcessorCount} busy loops |");
                output.WriteLine("|---|---:|---:|");
                double[] idle = Times(trainers, work, options.Pick(5, 1));
                Process[] loops = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Child([Loop], null))];
                double[] busy;
                try
                {
                    busy = Times(trainers, work, options.Pick(3, 1));
                }
                finally
                {
                    foreach (Process loop in loops)
                        End(loop);
                }

                for (int i = 0; i < settings.Length; i++)
                    output.WriteLine(FormattableString.Invariant($"| {settings[i].Name} | {idle[i]:F2} ({idle[i] / idle[0]:F2}) | {busy[i]:F2} ")
                        + FormattableString.Invariant($"({busy[i] / busy[0]:F2}) |"));
                output.WriteLine();
            }
        }
        finally
        {
            foreach (Process trainer in trainers)
                End(trainer);
        }
    }

    /// <summary>Burns a core until its standard input ends.</summary>
    public static int Burn()
    {
        bool over = false;
        var watch = new Thread(() =>
        {
            Console.In.ReadToEnd();
            Volatile.Write(ref over, true);
        });
        watch.Start();
        while (!Volatile.Read(ref over))
        {
        }

        return 0;
    }

    /// <summary>Works whenever it is told on its standard input, and says how many seconds that took.</summary>
    public static int Work(string[] args)
    {
        int threads = int.Parse(args[0], CultureInfo.InvariantCulture);
        set_num_threads(threads);
        using VisionTransformer trained = VisionTransformer.Create(BenchmarkModels.Small, 1), asked = VisionTransformer.Create(BenchmarkModels.Tiny, 1);
        asked.eval();
        using var images = new RandomImages(BenchmarkModels.Small, 128);
        Train(trained, images, 4);
        Ask(asked, images, 10);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } work)
        {
            long mark = Alternating.Mark();
            if (work == "train")
                Train(trained, images, 40);
            else
                Ask(asked, images, 300);
            Console.WriteLine(Alternating.SecondsSince(mark).ToString("R", CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static void Train(VisionTransformer model, RandomImages images, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor pixels, Tensor labels) = images.Batch(step, 64);
            using VitOutput output = model.Forward(pixels, LayerOrder.Ascending(model.Config.NumHiddenLayers));
            VitLoss.Total(output, labels, model.Config, 0).backward();
            model.zero_grad();
        }
    }

    private static void Ask(VisionTransformer model, RandomImages images, int requests)
    {
        for (int request = 0; request < requests; request++)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            using VitOutput output = model.Forward(images.PixelValues([request % images.Count]), LayerOrder.Ascending(model.Config.NumHiddenLayers));
            _ = output.Logits.argmax(1).item<long>();
        }
    }

    /// <summary>The medians of some rounds, in each of which all work in turn.</summary>
    private static double[] Times(Process[] trainers, string work, int rounds)
    {
        List<double>[] seconds = [.. trainers.Select(_ => new List<double>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < trainers.Length; i++)
            {
                trainers[i].StandardInput.WriteLine(work);
                trainers[i].StandardInput.Flush();
                seconds[i].Add(double.Parse(trainers[i].StandardOutput.ReadLine() ?? throw new IOException("A child has ended."),
                    CultureInfo.InvariantCulture));
            }
        }

        return [.. seconds.Select(times => times.Order().ElementAt(times.Count / 2))];
    }

    private static Process Start(int threads, string? spins)
    {
        Process child = Child([Trainer, threads.ToString(CultureInfo.InvariantCulture)], spins);
        if (child.StandardOutput.ReadLine() != "ready")
            throw new IOException("A child did not begin.");
        return child;
    }

    private static Process Child(string[] args, string? spins)
    {
        ProcessStartInfo start = SelfLauncher.Self(args);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        if (spins == "own")
            start.Environment["KMP_BLOCKTIME"] = "default"; // means nothing to GNU OpenMP, and tells us to leave it alone
        else if (spins is not null)
            start.Environment[ThreadWaits.Variable] = spins;
        return Process.Start(start)!;
    }

    private static void End(Process child)
    {
        child.StandardInput.Close();
        child.WaitForExit();
        child.Dispose();
    }
}
