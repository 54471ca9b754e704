using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Records;

/// <summary>One event of the ledger, as <c>faults.csv</c> tells of it.</summary>
/// <param name="Time">When; on the wall clock, when it was realised.</param>
/// <param name="Fault">The fault's name.</param>
/// <param name="Kind">crash, churn, trace, pause, partition, slowdown or link.</param>
/// <param name="Target">A node, a link (<c>a-&gt;b</c>) or the groups of a partition.</param>
/// <param name="Effect">began, ended, already_down, restarted, detected_down, …</param>
/// <param name="Requested">On the wall clock: when the scenario asked for it. Null on the virtual clock, where both are equal, and for what no fault asked
/// for.</param>
/// <param name="Lasted">Of a strike that is over: how long it was in force on this target, whatever it found there.</param>
public sealed record LedgerEntry(Instant Time, string Fault, string Kind, string Target, string Effect, Instant? Requested = null, Duration? Lasted = null);
