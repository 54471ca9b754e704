using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tensors;

/// <summary>
/// An activation <c>[batch, tokens, hidden]</c> that its request owns: messages carry the handle, and it is empty once the request has its outcome. Other threads (a data plane that writes it, a
/// layer that computes on it) borrow it meanwhile: it is freed when the last of them has returned it.
/// </summary>
internal sealed class ActivationHandle(Tensor value)
{
    private readonly Lock gate = new();
    private Tensor? tensor = value;
    private int borrowers;
    private bool freed;

    /// <summary>The activation, or null if it is freed: for those on the thread that frees.</summary>
    public Tensor? Tensor
    {
        get
        {
            lock (gate)
                return freed ? null : tensor;
        }
    }

    /// <summary>Borrows the activation from any thread; false if it is freed.</summary>
    public bool TryBorrow([NotNullWhen(true)] out Tensor? borrowed)
    {
        lock (gate)
        {
            borrowed = freed ? null : tensor;
            if (borrowed is not null)
                borrowers++;
            return borrowed is not null;
        }
    }

    /// <summary>Gives back what was borrowed.</summary>
    public void Return()
    {
        lock (gate)
        {
            borrowers--;
            Dispose();
        }
    }

    /// <summary>Frees it, now or when the last borrower has returned it.</summary>
    public void Free()
    {
        lock (gate)
        {
            freed = true;
            Dispose();
        }
    }

    private void Dispose()
    {
        if (!freed || borrowers > 0)
            return;
        tensor?.Dispose();
        tensor = null;
    }
}
