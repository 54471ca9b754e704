using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Something that holds of every trial of any scenario.</summary>
/// <param name="Name">How findings call it.</param>
/// <param name="Says">What must hold, in a sentence.</param>
/// <param name="Broken">Where a trial breaks it; nothing where it holds.</param>
internal sealed record Invariant(string Name, string Says, Func<TrialBook, IEnumerable<string>> Broken)
{
    /// <summary>All of them. They read what was asked for and what was written, and share no code with what wrote it.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
    [
        new("outcomes", "every request ends once, in time, with every layer accounted for", Outcomes.Broken),
        new("once", "nothing is executed twice on a branch, or sent twice for one attempt", Executions.Broken),
        new("time", "time never runs backwards, and nothing happens after the deadline", Times.Broken),
        new("chain", "a hop follows from a computation that ended or a hop that was given up, at that instant", Chains.Broken),
        new("resends", "a hop is sent again when its acknowledgement is overdue or its receiver has died, and only so often", Resends.Broken),
        new("custody", "what a receiver takes with it into its death, its custodian sends again or gives up", Custodies.Broken),
        new("nodes", "a node runs one layer at a time, first come first served, never idle with work, for the time that was asked for", Nodes.Broken),
        new("silence", "a node that is down or paused does nothing, and what was sent to a dead incarnation reaches nobody", Silence.Broken),
        new("fates", "what becomes of a message has its reason", Fates.Broken),
        new("delays", "messages take the time that was asked for", Delays.Broken),
        new("luck", "losses are as frequent as was asked for, also among resends, and every attempt has luck of its own", Fairness.Broken),
        new("links", "messages and bytes are conserved: links.csv is what follows from the hops", LinkAccounts.Broken),
        new("conditions", "conditions.csv is what follows from requests, hops and links", TrialAccounts.Broken),
        new("ledger", "faults strike when they were to, and deaths are known when they were to be", Ledgers.Broken),
        new("recovery", "recovery.csv is what follows from the ledger and the requests", Recoveries.Broken),
        new("healing", "one death loses nothing, and a cluster that has healed finishes what it is asked for", Healing.Broken),
    ];

    /// <summary>Those of trials in which sets of dead nodes are weighed.</summary>
    public static IReadOnlyList<Invariant> OfWeighed { get; } =
    [
        new("reliability", "all sets are there with their probabilities, and what is expected follows from them", Reliabilities.Broken),
    ];
}
