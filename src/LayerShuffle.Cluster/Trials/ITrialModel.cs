using LayerShuffle.Cluster.Ports;
using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Cluster.Trials;

/// <summary>A model as a trial uses it in one process: the coordinator's part and the layers.</summary>
public interface ITrialModel : IRequestModel
{
    /// <summary>Number of layers.</summary>
    int Layers { get; }

    /// <summary>Whether it computes: without one accuracies are blank.</summary>
    bool Computes { get; }

    /// <summary>Executes a layer on an activation; a request that has its outcome gives null.</summary>
    object? Execute(int layer, object? activation, int request, int position);

    /// <summary>What arrives of an activation that crosses from one endpoint to another: rounded to the wire format. The sender keeps what it had.</summary>
    object? Carry(object? activation, int request, WireFormat format);
}
