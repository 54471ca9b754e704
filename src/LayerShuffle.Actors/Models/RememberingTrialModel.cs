using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// A trained model in one process that computes when somebody looks: a request's activations are no tensors but the way to them, and the tensors are computed
/// when its answer is asked for. What the same images are answered after the same layers in the same order is remembered, so that conditions which differ in
/// time alone, and policies that end in the same order, compute nothing again. Where a request ran as it was planned, those that come next are computed
/// together with it, as long as that guess proves right. Exact: it is the arithmetic of <see cref="TensorTrialModel"/>, bit by bit
/// (<see cref="ComputedTogether"/>). For one model, whose weights stay as they are, over all its trials.
/// </summary>
public sealed class RememberingTrialModel : ITrialModel, IForeseeing
{
    private readonly TensorTrialModel eager;
    private readonly ComputedTogether together;
    private readonly int most, mostTogether;
    private readonly Dictionary<UInt128, Judgement> answers = []; // looked up by key only
    private (int Requests, Func<int, int[]> Images, Func<int, int[]> Order)? foreseen;
    private int ahead, right, wrong; // requests below `ahead` were computed before they were asked

    /// <summary>A model that has answered nothing yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">What it is asked about.</param>
    /// <param name="most">How many answers it remembers; 0 for none.</param>
    /// <param name="mostTogether">How many images it computes together at most; 1: none ahead.</param>
    public RememberingTrialModel(VisionTransformer model, ITestImages images, int most = 1_000_000, int mostTogether = 64)
    {
        (this.most, this.mostTogether) = (most, mostTogether);
        Forgotten = () => new RememberingTrialModel(model, images, most, mostTogether);
        eager = new TensorTrialModel(model, images);
        together = new ComputedTogether(model, images);
    }

    /// <inheritdoc/>
    public int Layers => eager.Layers;

    /// <inheritdoc/>
    public bool Computes => true;

    /// <summary>Makes the same model that has answered nothing yet.</summary>
    public Func<RememberingTrialModel> Forgotten { get; }

    /// <summary>Answers that were computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Answers that were remembered, or computed ahead.</summary>
    public int Remembered { get; private set; }

    /// <summary>Numbers of requests that cannot be computed together without changing bits.</summary>
    internal int Refused => together.Refused;

    /// <summary>Is given images and logits of every answer that is computed; for tests.</summary>
    internal Action<IReadOnlyList<int>, Tensor>? Judged { get; set; }

    /// <inheritdoc/>
    public long ActivationBytes(int count) => eager.ActivationBytes(count);

    /// <inheritdoc/>
    public object? Embed(int request, IReadOnlyList<int> indexes) => new Way(null, Step.Embed, request, 0);

    /// <inheritdoc/>
    public object? Execute(int layer, object? activation, int request, int position) => activation is Way way ? new Way(way, Step.Layer, layer, position)
        : null;

    /// <inheritdoc/>
    public object? Carry(object? activation, int request, WireFormat format) =>
        activation is Way way && format != WireFormat.Float32 ? new Way(way, Step.Carry, (int)format, 0) : activation;

    /// <inheritdoc/>
    public Judgement? Judge(object? activation, IReadOnlyList<int> indexes)
    {
        if (activation is not Way way)
            return null;
        Way[] steps = way.Steps();
        int request = steps[0].What;
        UInt128 key = Key(steps, indexes);
        bool known = answers.TryGetValue(key, out Judgement answer);
        if (request < ahead)
            Learn(known);
        if (known)
        {
            Remembered++;
            return answer;
        }

        return Compute(request, key, steps, indexes);
    }

    /// <inheritdoc/>
    public void Release(int request)
    {
        // between two answers it holds no tensors
    }

    void IForeseeing.Foresee(int requests, Func<int, int[]> images, Func<int, int[]> order) => (foreseen, ahead, right, wrong) =
        ((requests, images, order), 0, 0, 0);

    /// <summary>Whether what was computed ahead was asked; only the last few dozen count.</summary>
    private void Learn(bool used)
    {
        if (used)
            right++;
        else
            wrong++;
        if (right + wrong >= 64)
            (right, wrong) = (right / 2, wrong / 2);
    }

    private Judgement Compute(int request, UInt128 key, Way[] steps, IReadOnlyList<int> indexes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        if (steps.Any(step => step.Kind == Step.Carry))
            return Answer(key, Carried(steps, indexes), indexes);
        int[] order = [.. steps.Skip(1).Select(step => step.What)];
        List<(IReadOnlyList<int> Images, int[] Order)> all = [(indexes, order), .. Next(request, order, indexes.Count)];
        Tensor[] activations = together.Run(all);
        for (int i = 1; i < all.Count; i++)
            Answer(Key(Planned(all[i].Order), all[i].Images), activations[i], all[i].Images);
        return Answer(key, activations[0], indexes);
    }

    /// <summary>The requests to compute together with one: the next ones, if that one ran as planned and such guesses have been right of late.</summary>
    private List<(IReadOnlyList<int> Images, int[] Order)> Next(int request, int[] order, int count)
    {
        List<(IReadOnlyList<int> Images, int[] Order)> next = [];
        if (foreseen is not { } plan || request >= plan.Requests || answers.Count + mostTogether > most || wrong > 4 + (right / 2)
            || !plan.Order(request).AsSpan().SequenceEqual(order))
            return next;
        int at = Math.Max(request + 1, ahead);
        for (; at < plan.Requests && (next.Count + 2) * count <= mostTogether; at++)
        {
            int[] images = plan.Images(at), planned = plan.Order(at);
            if (images.Length == count && !answers.ContainsKey(Key(Planned(planned), images)))
                next.Add((images, planned));
        }

        ahead = at;
        return next;
    }

    private Judgement Answer(UInt128 key, Tensor activation, IReadOnlyList<int> indexes)
    {
        Computed++;
        Judgement answer = eager.Judge(activation, indexes, Judged); // one by one: the head's bits depend on how many there are
        if (answers.Count < most)
            answers[key] = answer;
        return answer;
    }

    /// <summary>The activation before the head of a request that crosses links in another number format.</summary>
    private Tensor Carried(Way[] steps, IReadOnlyList<int> indexes)
    {
        const int Request = 0;
        object? activation = eager.Embed(Request, indexes);
        try
        {
            foreach (Way step in steps.Skip(1))
                activation = step.Kind == Step.Layer ? eager.Execute(step.What, activation, Request, step.Position)
                    : eager.Carry(activation, Request, (WireFormat)step.What);
            return ((ActivationHandle)activation!).Tensor!.clone();
        }
        finally
        {
            eager.Store.Clear();
        }
    }

    private static Way[] Planned(int[] order) => [new Way(null, Step.Embed, 0, 0),
        .. order.Select((layer, position) => new Way(null, Step.Layer, layer, position))];

    /// <summary>128 bits of the SHA-256 of images and steps.</summary>
    private static UInt128 Key(Way[] steps, IReadOnlyList<int> indexes)
    {
        var numbers = new int[1 + indexes.Count + (3 * (steps.Length - 1))];
        numbers[0] = indexes.Count; // where the images end
        for (int i = 0; i < indexes.Count; i++)
            numbers[1 + i] = indexes[i];
        int at = 1 + indexes.Count;
        foreach (Way step in steps.AsSpan(1))
            (numbers[at++], numbers[at++], numbers[at++]) = ((int)step.Kind, step.What, step.Position);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes<int>(numbers), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private enum Step
    {
        Embed,
        Layer,
        Carry,
    }

    /// <summary>An activation as what leads to it.</summary>
    private sealed class Way(Way? before, Step kind, int what, int position)
    {
        public Step Kind => kind;

        public int What => what; // the request, the layer, or the wire format

        public int Position => position;

        private Way? Before => before;

        public Way[] Steps()
        {
            int count = 0;
            for (Way? at = this; at is not null; at = at.Before)
                count++;
            var steps = new Way[count];
            for (Way? at = this; at is not null; at = at.Before)
                steps[--count] = at;
            return steps;
        }
    }
}
