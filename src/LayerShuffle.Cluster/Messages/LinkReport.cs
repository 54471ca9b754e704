using LayerShuffle.Network.Records;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: what an endpoint's links did in a trial.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Links">One for each of its links that carried or dropped anything.</param>
/// <param name="Trial">Number of the trial's run: what comes late is not another trial's.</param>
public sealed record LinkReport(int From, LinkRecord[] Links, int Trial);
