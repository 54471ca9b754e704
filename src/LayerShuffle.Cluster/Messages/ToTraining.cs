namespace LayerShuffle.Cluster.Messages;

/// <summary>A training message without tensors on its way to another process.</summary>
/// <param name="Training">Number of the training.</param>
/// <param name="Layer">The layer it is for; −1 for the training coordinator.</param>
/// <param name="Message">The message.</param>
public sealed record ToTraining(int Training, int Layer, object Message)
{
    /// <summary>Stands for the training coordinator instead of a layer.</summary>
    public const int Coordinator = -1;
}
