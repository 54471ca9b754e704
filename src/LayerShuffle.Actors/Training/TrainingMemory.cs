using System.Text.Json;
using System.Text.Json.Serialization;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Actors.Training;

/// <summary>What a training remembers beside weights and optimizers where faults strike it on the virtual clock: part of its checkpoints.</summary>
public sealed class TrainingMemory
{
    private static readonly JsonSerializerOptions Words = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private List<double> losses = [];

    /// <summary>The loss of every step so far.</summary>
    public IReadOnlyList<double> Losses => losses;

    /// <summary>The squared norm of each layer's gradients when it was last executed; 1 before.</summary>
    internal double[] Norms { get; private set; } = [];

    /// <summary>The layers' states when a checkpoint was last due; empty where nothing goes back to these.</summary>
    internal byte[][] States { get; private set; } = [];

    /// <summary>The steps that these have seen.</summary>
    internal int StatesStep { get; private set; }

    /// <summary>Remembers a step's loss.</summary>
    internal void Add(double loss) => losses.Add(loss);

    /// <summary>Remembers the gradients of layers that were executed.</summary>
    internal void Add(IReadOnlyList<double> squaredNorms)
    {
        if (Norms.Length == 0)
            Norms = [.. squaredNorms.Select(_ => 1.0)];
        for (int layer = 0; layer < Norms.Length; layer++)
            Norms[layer] = squaredNorms[layer] > 0 ? squaredNorms[layer] : Norms[layer];
    }

    /// <summary>Remembers the layers' states.</summary>
    internal void Keep(byte[][] states, int step) => (States, StatesStep) = (states, step);

    /// <summary>Writes it.</summary>
    internal void Save(string path) =>
        Disk.Replace(path, stream => JsonSerializer.Serialize(stream, new Written(losses, Norms, States, StatesStep), Words));

    /// <summary>Reads it.</summary>
    internal void Load(string path)
    {
        Written read = JsonSerializer.Deserialize<Written>(File.ReadAllText(path), Words)!;
        (losses, Norms, States, StatesStep) = ([.. read.Losses], read.Norms, read.States, read.StatesStep);
    }

    private sealed record Written(IReadOnlyList<double> Losses, double[] Norms, byte[][] States, int StatesStep);
}
