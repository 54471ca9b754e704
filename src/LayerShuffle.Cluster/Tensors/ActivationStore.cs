using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tensors;

/// <summary>The activations of a trial's requests. When a request has its outcome all of them are freed, and what still arrives for it is freed at once. Safe to use from several threads.</summary>
internal sealed class ActivationStore
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
