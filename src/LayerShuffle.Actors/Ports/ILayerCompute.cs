using Akka.Actor;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Ports;

/// <summary>Computes a layer: start, and later a completion message. The actor that asks never blocks on a tensor.</summary>
public interface ILayerCompute
{
    /// <summary>The compute of a node, where nodes differ: what faults have made of the layers in its memory.</summary>
    /// <param name="node">Its endpoint.</param>
    ILayerCompute At(int node) => this;

    /// <summary>Starts a layer on an activation; <paramref name="completion"/> makes the message that tells <paramref name="replyTo"/> of the output.</summary>
    /// <param name="layer">The layer's id.</param>
    /// <param name="activation">Handle of its input <c>[batch, tokens, hidden]</c>, or null.</param>
    /// <param name="request">The request it belongs to.</param>
    /// <param name="position">Position in the order.</param>
    /// <param name="took">How long it takes.</param>
    /// <param name="replyTo">Who is told.</param>
    /// <param name="completion">Makes the message from the output's handle: the input's own, where the layer hands it on unchanged (the guard against what is
    /// no number).</param>
    void Start(int layer, object? activation, int request, int position, Duration took, IActorRef replyTo, Func<object?, object> completion);
}
