namespace LayerShuffle.Cluster.Training;

/// <summary>A message that owns tensors: whoever holds it last, and does not hand it on, frees them.</summary>
public interface ITensorMessage
{
    /// <summary>Frees what the message owns.</summary>
    void Release();
}
