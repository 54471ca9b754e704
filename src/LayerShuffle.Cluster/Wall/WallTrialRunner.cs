using LayerShuffle.Actors.Models;
using LayerShuffle.Core;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Runs trials on the wall clock, each on the same processes, all of them up at its start.</summary>
public sealed class WallTrialRunner(WallCluster cluster)
{
    private readonly Dictionary<string, ModelShipment> shipments = [];
    private int started;
    private volatile WallTrial? present;

    /// <summary>How the present trial stands: members, requests in flight, throughput, faults. Empty between trials.</summary>
    public string Status => present is { } trial ? $"{cluster.Living().Count}/{cluster.Names.Count} workers, {trial.Status}" : "";

    /// <summary>What a busy machine has done to the last trial that ended; null before the first.</summary>
    public TrialStrain? Strain => present?.Strain;

    /// <summary>Runs one trial to its last outcome.</summary>
    /// <param name="spec">The trial.</param>
    /// <param name="model">The coordinator's model.</param>
    /// <param name="key">What identifies its weights: they travel once. Null where the network alone is simulated.</param>
    /// <param name="weights">Its weights; null with <paramref name="key"/>.</param>
    /// <param name="testImages">Test images to draw requests from.</param>
    /// <param name="progress">Told of every outcome.</param>
    /// <param name="struck">Told of each row of the ledger as it is written: of faults as they strike. From any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="IOException">A worker does not come up.</exception>
    /// <exception cref="ClusterException">A worker failed, or cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">An actor failed.</exception>
    public Task<TrialRecord> RunAsync(
        TrialSpec spec, ITrialModel model, string? key, VisionTransformer? weights, int testImages, Action<RequestRecord>? progress = null,
            Action<LedgerEntry>? struck = null, CancellationToken cancellation = default)
    {
        ModelShipment? shipment = key is null || weights is null ? null : Shipment(key, weights);
        ModelShipment? before = key is not null && (model as TensorTrialModel)?.Before is { } earlier ? Shipment(HostedModels.BeforeKey(key), earlier) : null;
        present = new WallTrial(++started, spec, cluster, model, shipment, before, testImages, progress, struck);
        return present.RunAsync(cancellation);
    }

    private ModelShipment Shipment(string key, VisionTransformer weights)
    {
        if (!shipments.TryGetValue(key, out ModelShipment? shipment))
            shipments[key] = shipment = ModelShipment.Of(key, weights, cluster.Blobs);
        return shipment;
    }
}
