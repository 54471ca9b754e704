using System.CommandLine;
using System.Globalization;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>predict</c>: a model folder on a tensor file, to compare with other implementations.</summary>
internal static class PredictCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        Option<string> model = PathWord.Needed("--model", "DIR", "A Hugging Face model folder.");
        Option<string> input = PathWord.Needed("--input", "FILE", "A safetensors file with `pixel_values` [batch, channels, height, width] (F32).");
        var order = new Option<string?>("--order")
        {
            Description = "Layer ids in execution order, e.g. 3,1,2; a subset prunes. Default: ascending.",
            HelpName = "IDS"
        };
        Option<string> target = PathWord.Needed("--output", "FILE", "The safetensors file to write.");
        var command = new Command("predict", "Runs a model folder on a tensor of images and writes logits and class-token states.") { model, input, order,
            target };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(input)!, parsed.GetValue(order), parsed.GetValue(target)!, output, error));
        return command;
    }

    private static int Run(string folder, string inputFile, string? order, string outputFile, TextWriter output, TextWriter error)
    {
        if (Directory.Exists(outputFile))
            throw new UsageException($"--output: {outputFile} is a folder. Name the file to write.");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(outputFile))))
            throw new UsageException($"--output: there is no folder to write {outputFile} into. Create it, or name another file.");
        TorchFiles.Need();
        using DisposeScope scope = NewDisposeScope();
        (VisionTransformer model, _) = ModelFolder.Load(folder, new ModelLoadOptions { Warn = sentence => output.WriteLine($"{folder}: {sentence}") });
        using VisionTransformer owned = model;
        IReadOnlyDictionary<string, Tensor> tensors = SafeTensors.Read(inputFile);
        if (!tensors.TryGetValue("pixel_values", out Tensor? pixels))
            throw new ModelFormatException($"{inputFile}: there is no tensor `pixel_values` (it has: "
                + $"{string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal))}).");
        int[] ids = order is null ? [.. Enumerable.Range(0, model.Config.NumHiddenLayers)] : Parse(order);
        PredictOutput result = Predictor.Run(model, pixels, ids);
        var named = new Dictionary<string, Tensor>
        {
            ["logits"] = result.Logits,
            ["cls_states"] = result.ClsStates,
            ["cls_delta_norm"] = result.ClsDeltaNorm,
        };
        if (result.PositionLogits is { } positions)
            named["position_logits"] = positions;
        SafeTensors.Write(outputFile, named);
        bool[] finite = [.. Answers.Finite(result.Logits).data<bool>()];
        int[] broken = [.. Enumerable.Range(0, finite.Length).Where(i => !finite[i])];
        if (broken.Length > 0)
            error.WriteLine($"warning: the logits of {broken.Length} of {finite.Length} image(s) hold NaN or infinity, which is no answer: image "
                + $"{string.Join(", ", broken.Take(10))}{(broken.Length > 10 ? ", …" : "")}");
        output.WriteLine($"{outputFile}: logits [{string.Join(", ", result.Logits.shape)}] of {pixels.shape[0]} image(s), layers {string.Join(' ', ids)}");
        return ExitCodes.Done;
    }

    private static int[] Parse(string order)
    {
        string[] parts = order.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ids = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]))
                throw new UsageException($"--order: `{parts[i]}` is not a layer id. Expected ids separated by commas, such as 3,1,2.");
        }

        return ids.Length > 0 ? ids : throw new UsageException("--order: there are no layer ids in it. Expected ids separated by commas, such as 3,1,2.");
    }
}
