using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// The activations of a trial's requests. When a request has its outcome all of them are freed, and what still arrives for it is freed at once. Safe to use
/// from several threads.
/// </summary>
public sealed class ActivationStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, List<ActivationHandle>> held = []; // by request; looked up by key only
    private readonly HashSet<int> ended = [];

    /// <summary>Requests that hold tensors.</summary>
    public int Requests
    {
        get
        {
            lock (gate)
                return held.Count;
        }
    }

    /// <summary>Takes a tensor over for a request; null, and the tensor is freed, if the request has its outcome.</summary>
    public ActivationHandle? Keep(int request, Tensor value)
    {
        lock (gate)
        {
            if (ended.Contains(request))
            {
                value.Dispose();
                return null;
            }

            if (!held.TryGetValue(request, out List<ActivationHandle>? handles))
                held[request] = handles = [];
            var handle = new ActivationHandle(value);
            handles.Add(handle);
            return handle;
        }
    }

    /// <summary>The request has its outcome.</summary>
    public void Release(int request)
    {
        List<ActivationHandle>? handles;
        lock (gate)
        {
            ended.Add(request);
            held.Remove(request, out handles);
        }

        foreach (ActivationHandle handle in handles ?? [])
            handle.Free();
    }

    /// <summary>Frees everything and begins anew: another trial, whose requests bear the same numbers.</summary>
    public void Clear()
    {
        List<ActivationHandle> handles;
        lock (gate)
        {
            handles = [.. held.Values.SelectMany(h => h)];
            held.Clear();
            ended.Clear();
        }

        foreach (ActivationHandle handle in handles)
            handle.Free();
    }
}

/// <summary>
/// An activation <c>[batch, tokens, hidden]</c> that its request owns: messages carry the handle, and it is empty once the request has its outcome. Other
/// threads (a data plane that writes it, a layer that computes on it) borrow it meanwhile: it is freed when the last of them has returned it.
/// </summary>
public sealed class ActivationHandle(Tensor value)
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
