using System.Globalization;
using System.Security.Cryptography;
using LayerShuffle.Vision.Files;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Models;

/// <summary>Weights of an epoch, in a file that bears its own seal: until a training is finished nothing else vouches for it.</summary>
internal static class SealedWeights
{
    private const string SumName = "sha256";

    /// <summary>Writes them.</summary>
    public static void Write(string path, string key, int epoch, IReadOnlyDictionary<string, Tensor> weights)
    {
        Dictionary<string, string> about = About(key, epoch);
        about[SumName] = Sum(weights, key, epoch);
        SafeTensors.Write(path, weights, about);
    }

    /// <summary>The weights; null if they are not those that were written for this epoch of this training.</summary>
    public static IReadOnlyDictionary<string, Tensor>? Read(string path, string key, int epoch)
    {
        try
        {
            IReadOnlyDictionary<string, Tensor> weights = SafeTensors.Read(path, out IReadOnlyDictionary<string, string> about);
            return about.GetValueOrDefault(SumName) == Sum(weights, key, epoch) ? weights : null;
        }
        catch (ModelFormatException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> About(string key, int epoch) =>
        new() { ["format"] = "pt", ["key"] = key, ["epoch"] = epoch.ToString(CultureInfo.InvariantCulture) };

    private static string Sum(IReadOnlyDictionary<string, Tensor> weights, string key, int epoch)
    {
        using SHA256 sum = SHA256.Create();
        using (var all = new CryptoStream(Stream.Null, sum, CryptoStreamMode.Write))
            SafeTensors.Write(all, weights, About(key, epoch));
        return Convert.ToHexStringLower(sum.Hash!);
    }
}
