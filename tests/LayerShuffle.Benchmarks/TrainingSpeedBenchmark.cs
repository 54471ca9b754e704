using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// Images per second of a training in single precision and in bfloat16, step by step in turns, and where a layer's time goes; two trainings side by side.
/// </summary>
internal static class TrainingSpeedBenchmark
{
    private const int BatchSize = 128, StepsPerRound = 3;

    private static readonly VitConfig Config = new()
    {
        Variant = ModelVariant.LayerShuffle,
        PatchSize = 4,
        HiddenSize = 96,
        NumHiddenLayers = 6,
        NumAttentionHeads = 3,
        IntermediateSize = 384,
    };

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        Operations(options.Pick(20, 2), output);
        int steps = options.Pick(20, 2);
        using Training single = new(Config, ComputePrecision.Fp32, steps + 1), half = new(Config, ComputePrecision.Bf16, steps + 1);
        List<double> fp32 = [], bf16 = [];
        while (single.Step() is { } one && half.Step() is { } other)
        {
            fp32.Add(one);
            bf16.Add(other);
        }

        double a = Median(fp32.Skip(1)), b = Median(bf16.Skip(1));
        output.WriteLine(FormattableString.Invariant($"\nfp32 {BatchSize / a:F0} images/s, bf16 {BatchSize / b:F0} images/s, ratio {a / b:F2}"));
        Beside(Config, options.Pick(10, 1), output);
        Beside(Config with { PatchSize = 8, HiddenSize = 64, NumAttentionHeads = 4, IntermediateSize = 256 }, options.Pick(10, 1), output);
    }

    /// <summary>Two trainings side by side with one thread each, as `run --trainings 2` does them, beside the same two in turn with two threads.</summary>
    private static void Beside(VitConfig config, int rounds, TextWriter output)
    {
        int steps = 2 * (rounds + 1) * StepsPerRound, before = get_num_threads();
        using Training one = new(config, ComputePrecision.Fp32, steps), other = new(config, ComputePrecision.Fp32, steps);
        using var meet = new Barrier(3);
        bool over = false;
        Thread[] threads = [.. new[] { one, other }.Select(training => new Thread(() => Work(training)))];
        foreach (Thread thread in threads)
            thread.Start();
        Alternating times = Alternating.Of(rounds, () =>
        {
            meet.SignalAndWait();
            meet.SignalAndWait();
        }, () =>
        {
            set_num_threads(2);
            for (int i = 0; i < StepsPerRound; i++)
                _ = (one.Step(), other.Step());
        });
        over = true;
        meet.SignalAndWait();
        foreach (Thread thread in threads)
            thread.Join();
        set_num_threads(before);
        double images = 2 * StepsPerRound * BatchSize;
        output.WriteLine(FormattableString.Invariant($"width {config.HiddenSize}, patch {config.PatchSize}: two side by side, a thread each, ")
            + FormattableString.Invariant($"{images / times.MeasuredSeconds:F0} images/s; in turn, two threads each, {images / times.ReferenceSeconds:F0}; ")
            + FormattableString.Invariant($"ratio {1 / times.Ratio:F2} ({1 / times.Interval.High:F2} to {1 / times.Interval.Low:F2})"));

        void Work(Training training)
        {
            while (true)
            {
                meet.SignalAndWait();
                if (over)
                    return;
                set_num_threads(1);
                for (int i = 0; i < StepsPerRound; i++)
                    training.Step();
                meet.SignalAndWait();
            }
        }
    }

    private static double Median(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Forward and backward of each operation of a layer, on the sizes that it meets.</summary>
    private static void Operations(int repeats, TextWriter output)
    {
        long tokens = Config.Tokens, d = Config.HiddenSize, wide = Config.IntermediateSize, heads = Config.NumAttentionHeads;
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(d), bias = zeros(d);
        (string Name, long[] Input, Func<Tensor, Tensor> Work)[] all =
        [
            ("norm", [BatchSize, tokens, d], x => F.layer_norm(x, [d], weight, bias, 1e-12)),
            ("qkv", [BatchSize, tokens, d], Linear(d, 3 * d)),
            ("attention", [BatchSize, tokens, 3 * d], x =>
            {
                Tensor qkv = x.view(BatchSize, tokens, 3, heads, d / heads).permute(2, 0, 3, 1, 4);
                return F.scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2)).transpose(1, 2).reshape(BatchSize, tokens, d);
            }),
            ("by matmul", [BatchSize, tokens, 3 * d], x =>
            {
                using Scalar scale = (1 / Math.Sqrt(d / heads)).ToScalar();
                Tensor qkv = x.view(BatchSize, tokens, 3, heads, d / heads).permute(2, 0, 3, 1, 4);
                Tensor scores = matmul(qkv.select(0, 0).mul(scale), qkv.select(0, 1).transpose(-2, -1));
                return matmul(softmax(scores, -1), qkv.select(0, 2)).transpose(1, 2).reshape(BatchSize, tokens, d);
            }),
            ("out", [BatchSize, tokens, d], Linear(d, d)),
            ("up", [BatchSize, tokens, d], Linear(d, wide)),
            ("gelu", [BatchSize, tokens, wide], x => F.gelu(x)),
            ("down", [BatchSize, tokens, wide], Linear(wide, d)),
            ("add", [BatchSize, tokens, d], x => x.add(x)),
        ];
        foreach ((string name, long[] shape, Func<Tensor, Tensor> work) in all)
        {
            List<double> forward = [], backward = [];
            for (int i = 0; i <= repeats; i++)
            {
                using DisposeScope one = NewDisposeScope();
                Tensor input = randn(shape).requires_grad_(), gradient = randn(work(input).shape);
                long begin = Alternating.Mark();
                Tensor result = work(input);
                forward.Add(1000 * Alternating.SecondsSince(begin));
                begin = Alternating.Mark();
                result.backward([gradient]);
                backward.Add(1000 * Alternating.SecondsSince(begin));
            }

            output.WriteLine(FormattableString.Invariant($"{name,-10} forward {Median(forward):F1} ms, backward {Median(backward):F1} ms"));
        }
    }

    private static Func<Tensor, Tensor> Linear(long from, long to)
    {
        Tensor weight = randn(to, from).requires_grad_(), bias = zeros(to).requires_grad_();
        return x => F.linear(x, weight, bias);
    }

    /// <summary>A training whose steps are done one by one.</summary>
    private sealed class Training : IDisposable
    {
        private readonly VitConfig config;
        private readonly VisionTransformer model;
        private readonly RandomImages images, few;
        private readonly VirtualActorSystem system = new();
        private readonly TrainingParts parts;
        private readonly VirtualStepRunner runner;
        private readonly IEnumerator<(Tensor PixelValues, Tensor Labels)> batches;
        private readonly SeedTree luck = SeedTree.Root(1);
        private int step;

        public Training(VitConfig config, ComputePrecision precision, int steps)
        {
            this.config = config;
            model = VisionTransformer.Create(config, 1);
            var options = new TrainingOptions { BatchSize = BatchSize, Precision = precision };
            images = new RandomImages(config, 2 * BatchSize, steps * BatchSize);
            few = new RandomImages(config, 2);
            parts = new TrainingParts(model, options);
            runner = new VirtualStepRunner(system, new TrainingJob("model", 0, model, options, images, few, luck, null), parts, $"training-{precision}", null);
            batches = images.Epoch(BatchSize, luck).GetEnumerator();
            model.train();
        }

        /// <summary>Seconds of the next step; null after the last.</summary>
        public double? Step()
        {
            if (!batches.MoveNext())
                return null;
            using Tensor pixels = batches.Current.PixelValues, labels = batches.Current.Labels;
            long begin = Alternating.Mark();
            int[] order = TrainingOrder.Draw(config, luck.Child("order").Child(step));
            runner.RunAsync(new TrainStep(step++, 0, order, [(pixels, labels)], 1e-3), CancellationToken.None).GetAwaiter().GetResult();
            return Alternating.SecondsSince(begin);
        }

        public void Dispose()
        {
            batches.Dispose();
            runner.Dispose();
            parts.Dispose();
            system.Dispose();
            images.Dispose();
            few.Dispose();
            model.Dispose();
        }
    }
}
