using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker that has the blobs: host these layers of a model.</summary>
/// <param name="Model">Key of the model.</param>
/// <param name="Config">The blob of the model's <c>config.json</c>, by hash.</param>
/// <param name="Positions">The blob of the table of position embeddings, by hash; empty where the variant has none.</param>
/// <param name="Layers">Layer ids.</param>
/// <param name="Weights">Their weights' blobs, by hash, in the same order.</param>
public sealed record HostLayers(string Model, string Config, string Positions, int[] Layers, string[] Weights);

/// <summary>A worker hosts the layers of a model that it was asked to.</summary>
/// <param name="Model">Key of the model.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record LayersHosted(string Model, int Endpoint, int Incarnation);

/// <summary>To a worker, before a trial: free all that it hosts but these layers. Their blobs stay in its cache.</summary>
/// <param name="Model">Key of the trial's model.</param>
/// <param name="Layers">The layers of it that the placement puts there.</param>
public sealed record KeepLayers(string Model, int[] Layers);

/// <summary>To a worker: set up your side of a trial.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Spec">The trial.</param>
/// <param name="Model">Key of the hosted model (<see cref="HostLayers"/>); empty where the network alone is simulated.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="ImageNumbers">Numbers of one image's activation.</param>
/// <param name="Held">Whether the node begins down: it is started early for a restart that is still to come.</param>
/// <param name="Life">Which of the node's incarnations in this trial it is, from 1.</param>
/// <param name="Peers">All endpoints that are up.</param>
public sealed record PrepareTrial(int Trial, TrialSpec Spec, string Model, int Layers, long ImageNumbers, bool Held, int Life, PeerAddress[] Peers);

/// <summary>A worker has set up its side of a trial.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record TrialPrepared(int Trial, int Endpoint, int Incarnation);

/// <summary>To a worker: the trial's zero is known.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Zero">The zero in nanoseconds of the coordinator's monotonic clock.</param>
public sealed record StartTrial(int Trial, long Zero);

/// <summary>
/// A protocol message on its way to another process, with what the injector decided about it. The receiver waits for what is left of its latency.
/// </summary>
/// <param name="Trial">Number of the trial's run, so that a late message of an earlier trial is known as one.</param>
/// <param name="To">The receiving endpoint.</param>
/// <param name="ToIncarnation">The receiver's incarnation that it is meant for.</param>
/// <param name="Due">When it arrives.</param>
/// <param name="Message">The message.</param>
public sealed record RoutedControl(int Trial, int To, int ToIncarnation, Instant Due, ControlMessage Message);

/// <summary>To the workers: requests have their outcome, and what is kept of them is freed.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Requests">The requests.</param>
public sealed record RequestsEnded(int Trial, int[] Requests);

/// <summary>Layers are hosted elsewhere from now on.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Layers">Layer ids.</param>
/// <param name="Endpoints">Who hosts each; 0: whom the placement says.</param>
public sealed record LayersMoved(int Trial, int[] Layers, int[] Endpoints);

/// <summary>To a worker: the trial is over; send what you saw of it.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="End">When it ended: what links transmit after that is not its.</param>
public sealed record EndTrial(int Trial, Instant End);

/// <summary>To the coordinator: what an endpoint's links did in a trial.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Links">One for each of its links that carried or dropped anything.</param>
/// <param name="Trial">Number of the trial's run: what comes late is not another trial's.</param>
/// <param name="Met">Faults of links, and how many messages of this endpoint have met each while it was in force.</param>
public sealed record LinkReport(int From, LinkRecord[] Links, int Trial, MetFault[] Met);

/// <summary>How many messages of an endpoint have met a fault of links while it was in force.</summary>
/// <param name="Fault">The fault's name.</param>
/// <param name="Messages">How many.</param>
public sealed record MetFault(string Fault, long Messages);

/// <summary>A worker has ended its side of a trial and sent all it saw.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Endpoint">The worker.</param>
public sealed record TrialLeft(int Trial, int Endpoint);
