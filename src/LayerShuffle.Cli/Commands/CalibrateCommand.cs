using System.CommandLine;
using System.Globalization;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Calibration;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>calibrate</c>: how long this machine takes for a layer, as a scenario has it.</summary>
internal static class CalibrateCommand
{
    public static Command Create(Surroundings surroundings)
    {
        Option<string> model = PathWord.Needed("--model", "DIR", "A Hugging Face model folder.");
        var images = new Option<string>("--images")
        {
            Description = "Numbers of images of a request to measure.",
            HelpName = "N,N,…",
            DefaultValueFactory = _ => "1,2,4,8",
        };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured.", HelpName = "N", DefaultValueFactory = _ => 31 };
        var threads = new Option<int>("--threads")
        {
            Description = "Computing threads, as a scenario's `threads`.",
            HelpName = "N",
            DefaultValueFactory = _ => 2,
        };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };
        var command = new Command("calibrate", "Measures how long this machine takes for a layer of a model, and prints it as `cluster.compute_time`.")
        {
            model, images, rounds, threads, device,
        };
        command.SetAction((parsed, _) =>
        {
            (int[] sizes, int times, int team) = (Sizes(parsed.GetValue(images)!), parsed.GetValue(rounds), parsed.GetValue(threads));
            if (times < 1)
                throw new UsageException(FormattableString.Invariant($"--rounds {times}: expected at least 1."));
            if (team is < 1 or > 1024)
                throw new UsageException(FormattableString.Invariant($"--threads {team}: expected 1 to 1024."));
            Devices.Parse(parsed.GetValue(device)!);
            // libtorch's thread team lives on the thread that computes.
            return Task.Factory.StartNew(() => Run(parsed.GetValue(model)!, sizes, times, team, parsed.GetValue(device)!, surroundings), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(string folder, int[] sizes, int rounds, int threads, string device, Surroundings surroundings)
    {
        TorchFiles.Need();
        var options = new ModelLoadOptions { Warn = sentence => surroundings.Error.WriteLine($"{folder}: {sentence}") };
        (VisionTransformer model, _) = ModelFolder.Load(folder, options);
        using VisionTransformer owned = model;
        torch.set_num_threads(threads);
        Devices.MoveTo(model, device);
        var stopwatch = new LayerStopwatch(model, surroundings.Time);
        IReadOnlyList<MeasuredSize> measured = stopwatch.Measure(sizes, rounds);
        foreach (string line in Lines(folder, measured, model, threads, device))
            surroundings.Output.WriteLine(line);
        return ExitCodes.Done;
    }

    /// <summary>YAML that can be pasted into a scenario; what was measured stands in comments.</summary>
    internal static IEnumerable<string> Lines(string folder, IReadOnlyList<MeasuredSize> measured, VisionTransformer model, int threads, string device)
    {
        ComputeTimeFit fit = ComputeTimeFit.Of(measured);
        yield return FormattableString.Invariant($"# One of the {model.Config.NumHiddenLayers} layers of {folder} on {Environment.MachineName}, {device}, ")
            + FormattableString.Invariant($"{threads} thread(s): medians of {measured[0].Seconds.Count} rounds, sizes in turn.");
        foreach (MeasuredSize size in measured)
        {
            double spread = (size.Quantile(0.75) - size.Quantile(0.25)) / size.Median;
            yield return FormattableString.Invariant($"#   {size.Images} image(s): {ComputeTimeFit.Duration(size.Median)}, half of the times within ")
                + FormattableString.Invariant($"{ComputeTimeFit.Duration(size.Quantile(0.25))} and {ComputeTimeFit.Duration(size.Quantile(0.75))} ")
                + FormattableString.Invariant($"({spread * 100:0.#}% of it)");
        }

        yield return FormattableString.Invariant($"# The line differs from the medians by {fit.Error * 100:0.#}% at most")
            + (measured.Any(size => size.Quantile(0.75) - size.Quantile(0.25) > 0.25 * size.Median)
                ? "; times vary a lot: measure again when the machine does nothing else." : ".");
        yield return "cluster:";
        yield return $"  compute_time: {fit.Yaml}";
    }

    private static int[] Sizes(string text)
    {
        string[] parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int[] sizes = [.. parts.Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is > 0 and <= 100_000 ? size
                : throw new UsageException($"--images: `{part}` is not a number of images. Expected numbers separated by commas, such as 1,2,4,8."))];
        return sizes.Length > 0 ? [.. sizes.Distinct().Order()] : throw new UsageException("--images: there are no numbers in it, such as 1,2,4,8.");
    }
}
