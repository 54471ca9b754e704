using LayerShuffle.Cluster.Wall;
using LayerShuffle.Network.Trials;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker: set up your side of a trial.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Spec">The trial.</param>
/// <param name="Model">Key of the hosted model (<see cref="HostLayers"/>); empty where the network alone is simulated.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="ImageBytes">Bytes of one image's activation in the wire format.</param>
/// <param name="Held">Whether the node begins down: it is started early for a restart that is still to come.</param>
/// <param name="Life">Which of the node's incarnations in this trial it is, from 1.</param>
/// <param name="Peers">All endpoints that are up.</param>
public sealed record PrepareTrial(int Trial, TrialSpec Spec, string Model, int Layers, long ImageBytes, bool Held, int Life, PeerAddress[] Peers);
