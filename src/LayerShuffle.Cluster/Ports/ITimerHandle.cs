namespace LayerShuffle.Cluster.Ports;

/// <summary>A timer that can be called off.</summary>
public interface ITimerHandle
{
    /// <summary>Calls it off; nothing happens if it has fired.</summary>
    void Cancel();
}
