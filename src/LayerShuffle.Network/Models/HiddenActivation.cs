namespace LayerShuffle.Network.Models;

/// <summary>What stands between the two maps of a layer's feed-forward part (<c>hidden_act</c>).</summary>
public enum HiddenActivation
{
    /// <summary><c>gelu</c>: x · Φ(x), exact.</summary>
    Gelu,

    /// <summary><c>gelu_new</c>, <c>gelu_pytorch_tanh</c>: GELU approximated by tanh.</summary>
    GeluTanh,

    /// <summary><c>quick_gelu</c>: x · sigmoid(1.702 x).</summary>
    QuickGelu,

    /// <summary><c>relu</c>: max(x, 0).</summary>
    Relu,

    /// <summary><c>silu</c>, <c>swish</c>: x · sigmoid(x).</summary>
    Silu,
}
