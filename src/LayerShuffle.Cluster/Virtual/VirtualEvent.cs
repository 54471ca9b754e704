using LayerShuffle.Cluster.Ports;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>One entry of the kernel's queue. Cancelling leaves it in the queue, to be passed over.</summary>
internal sealed class VirtualEvent(Action<object?> fire, object? state) : ITimerHandle
{
    private Action<object?>? action = fire;
    private object? argument = state;

    public bool IsCancelled => action is null;

    public void Cancel()
    {
        action = null;
        argument = null; // what it would have carried can be collected now
    }

    public void Fire()
    {
        Action<object?>? run = action;
        object? with = argument;
        Cancel();
        run?.Invoke(with);
    }
}
