namespace LayerShuffle.Actors.Ports;

/// <summary>The coordinator's part of the model: embeddings before the layers, head after them.</summary>
public interface IRequestModel
{
    /// <summary>Bytes of an activation of so many images in single precision.</summary>
    long ActivationBytes(int images);

    /// <summary>Turns a request's images into token embeddings; returns their handle, or null without a model.</summary>
    object? Embed(int request, IReadOnlyList<int> images);

    /// <summary>Applies the head and counts right answers; null without a model.</summary>
    Judgement? Judge(object? activation, IReadOnlyList<int> images);

    /// <summary>Applies the head to what several journeys of a request brought back, and counts right answers by the mean of the logits; null without a
    /// model.</summary>
    Judgement? JudgeMean(IReadOnlyList<object?> activations, IReadOnlyList<int> images) =>
        throw new NotSupportedException("This model answers one journey of a request.");

    /// <summary>The request has its outcome: every tensor of it is freed. What still travels for it goes on without tensors.</summary>
    void Release(int request);
}

/// <summary>How many of a request's answers are right, and how sure of the right classes they are.</summary>
/// <param name="Correct">Images whose best class is right.</param>
/// <param name="CorrectTop5">Images whose class is among the best five.</param>
/// <param name="NotFinite">Images whose answer holds NaN or infinity; they count as wrong.</param>
/// <param name="Loss">Mean cross-entropy (natural logarithm) of the other images; null where there is none.</param>
public readonly record struct Judgement(int Correct, int CorrectTop5, int NotFinite, double? Loss = null);
