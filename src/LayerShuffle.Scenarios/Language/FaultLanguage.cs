using LayerShuffle.Core.Distributions;
using static LayerShuffle.Scenarios.Language.SchemaParts;

namespace LayerShuffle.Scenarios.Language;

/// <summary>The keys of the language for faults.</summary>
internal static class FaultLanguage
{
    private const string ForEver = "How long it lasts; default for ever.";

    private static readonly ScalarType MicrosecondOrMore = new(ScalarKind.Duration) { Minimum = 1e3 }; // what comes again and again takes time to simulate

    private static ChoiceType HowMany => Either(Integer(1), Probability);

    private static ChoiceType Domain => Either(new ListType("failure domains", Name, 1), Name);

    private static SchemaKey Nodes => new("nodes", Either(
        new MapType("selector settings",
        [
            new("random", HowMany, "How many, or what share, drawn for each strike."),
            new("up_to", HowMany, "Any number from none to so many, or to such a share, drawn for each strike."),
            new("domain", Domain, "The nodes of a failure domain, or of several, or of `all`; with `random` or `up_to` drawn from these."),
            new("random_domains", HowMany, "All nodes of so many failure domains, or of such a share of them, drawn for each strike."),
        ]),
        new ListType("node names", Name, 1), Name), "Names, all, {random: 2}, {random: 25%}, {domain: rack-1} or another draw.", Required: true);

    private static ChoiceType Ends => Either(new MapType("endpoint settings", [new("domain", Domain, "The nodes of a failure domain, or of several.",
        Required: true)]), new ListType("endpoints", Name, 1), Name);

    private static ChoiceType Groups => Either(
        new ListType("groups", Either(new ListType("endpoints", Name, 1), Word("rest"),
            new MapType("group settings", [new("domain", Domain, "The nodes of a failure domain, or of several.", Required: true)])), 2),
        new MapType("group settings",
        [
            new("random_halves", TrueOrFalse, "Two halves of all endpoints, drawn for each strike."),
            new("isolate", Name, "A node that reaches nobody and is reached by nobody; `random`: one is drawn for each strike."),
            new("bridge", Name, "A node that reaches all, while the others are in two halves, drawn for each strike; `random`: it is drawn too."),
        ]));

    /// <summary>The section <c>faults</c>.</summary>
    public static DictionaryType Faults()
    {
        SchemaKey lasting = new("for", PositiveDuration, ForEver);
        SchemaKey[] timing = Timing("When it begins; of churn and traces default 0s.");
        return new DictionaryType("fault", new VariantType("kind",
        [
            ("crash", new MapType("crash settings",
            [
                Nodes, .. timing, new("restart_after", PositiveDuration, "How long they stay down; default for ever."),
                lasting with { Doc = "How long each strike lasts; default for ever. The same as `restart_after` and `heal_after`." }, ClusterLanguage.Weights,
            ])),
            ("partition", new MapType("partition settings",
            [
                new("groups", Groups, "Groups of endpoints that cannot reach each other; `rest` is all others.", Required: true),
                new("direction", Word("both", "in", "out"), "Which messages are lost: all, those to the first of two groups, or those from it.", "both"),
                .. timing, new("heal_after", PositiveDuration, ForEver), lasting with { Doc = "The same as `heal_after`." },
            ])),
            ("slowdown", new MapType("slowdown settings",
            [
                Nodes, .. timing, new("factor", Number(0, exclusive: true), "How many times as long layers take.", Required: true), lasting,
            ])),
            ("link", new MapType("link fault settings",
            [
                new("from", Ends, "Sending endpoints, all, or {domain: rack-1}.", Required: true),
                new("to", Ends, "Receiving endpoints, all, or {domain: rack-1}.", Required: true),
                .. timing, lasting,
                new("set", new MapType("link settings", ClusterLanguage.LinkKeys(withDefaults: false)), "What differs meanwhile.", Required: true),
            ])),
            ("pause", new MapType("pause settings", [Nodes, .. timing, lasting with { Doc = "How long it lasts; default until the end." }])),
            ("churn", new MapType("churn settings",
            [
                Nodes, new("mean_time_to_failure", MicrosecondOrMore, "How long a node, or a domain, is up on average.", Required: true),
                new("mean_time_to_repair", MicrosecondOrMore, "How long it is down on average.", Required: true),
                new("distribution", Word("exponential", "weibull"), "What both times are drawn from.", "exponential"),
                new("shape", Number(Weibull.LeastShape, most: Weibull.GreatestShape), "Of `weibull`: above 1 nodes wear out, below 1 they fail early."),
                .. timing, lasting with { Doc = "How long it goes on; default to the end of the trial." }, ClusterLanguage.Weights,
            ])),
            ("trace", new MapType("trace settings",
            [
                Nodes, new("file", new ScalarType(ScalarKind.Path), "A file that tells when nodes were up and down.", Required: true),
                new("format", Word("csv", "bamboo", "skypilot"), "What is in it: `time_ms,node,up`, Bamboo's `ms,add|remove,node`, or SkyPilot's JSON.", "csv"),
                new("speed", Number(0, exclusive: true), "How many times as fast it is played.", "1"),
                .. timing, lasting with { Doc = "After how long its nodes are left alone again; default never." }, ClusterLanguage.Weights,
            ])),
            ("memory", new MapType("memory fault settings",
                [Nodes, .. timing, new("flips", Integer(1, 1_000_000), "How many different bits of weights flip on each node.", "1"), ClusterLanguage.Field])),
            ("byzantine", new MapType("byzantine settings",
            [
                Nodes, .. timing, lasting,
                new("answer", Word("noise", "zero", "constant", "stale", "other_layer"),
                    "What their layers answer: the answer with noise on it, zeros, one number everywhere, what the weights of the checkpoint before give, or "
                        + "what the layer after gives.", Required: true),
                new("strength", Number(0), "Of noise: its deviation in units of the answer's own; of a constant: the number.", "1"),
            ])),
        ]), NewName);
    }

    private static SchemaKey[] Timing(string at) =>
    [
        new("at", Duration, at),
        new("after", new MapType("timing settings",
        [
            new("fault", Name, "Another fault.", Required: true), new("delay", Duration, "How long after it.", "0ms"),
        ]), "It begins after another fault has begun, each time; instead of `at`."),
        new("every", MicrosecondOrMore, "It strikes again at this distance, to the end of the trial or `until`."),
        new("jitter", Duration, "Each strike begins up to so much later, drawn uniformly; at most `every`.", "0ms"),
        new("until", PositiveDuration, "From this time of the trial on it strikes no more, and what it does is over."),
    ];
}
