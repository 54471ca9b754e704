using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Records;

/// <summary>One event of the ledger, as <c>faults.csv</c> tells of it.</summary>
/// <param name="Time">When.</param>
/// <param name="Fault">The fault's name.</param>
/// <param name="Kind">crash, partition, slowdown or link.</param>
/// <param name="Target">A node, a link (<c>a-&gt;b</c>) or the groups of a partition.</param>
/// <param name="Effect">began, ended, already_down, restarted, detected_down, …</param>
public sealed record LedgerEntry(Instant Time, string Fault, string Kind, string Target, string Effect);
