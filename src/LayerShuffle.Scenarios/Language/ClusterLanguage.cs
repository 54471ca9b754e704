using System.Globalization;
using LayerShuffle.Core.Routing;
using static LayerShuffle.Scenarios.Language.SchemaParts;

namespace LayerShuffle.Scenarios.Language;

/// <summary>The keys of the language for nodes, links, faults and routing.</summary>
internal static class ClusterLanguage
{
    private static SchemaKey Mean => new("mean", Duration, "Mean before clamping.", Required: true);
    private static SchemaKey Deviation => new("stddev", Duration, "Standard deviation before clamping.", Required: true);
    private static SchemaKey Least => new("min", Duration, "Lower clamp.", "0ms");
    private static SchemaKey Most => new("max", Duration, "Upper clamp.");
    private static SchemaKey Correlation =>
        new("correlation", Probability, "How far a message's latency follows that of the message before it on its link (AR(1) of the normal score).", "0%");

    private static VariantType Distribution(MapType otherwise, bool isOfLink = false)
    {
        SchemaKey[] follows = [isOfLink ? Correlation : Correlation with { Supported = false, Default = null }];
        return new("distribution",
        [
            ("constant", new MapType("distribution settings", [Mean, Least, Most])),
            ("uniform", new MapType("distribution settings",
                [Least with { Required = true, Default = null, Doc = "Lower end." }, Most with { Required = true, Doc = "Upper end." }, .. follows])),
            ("normal", new MapType("distribution settings", [Mean, Deviation, Least, Most, .. follows])),
            ("lognormal", new MapType("distribution settings", [Mean, Deviation, Least, Most, .. follows])),
            ("exponential", new MapType("distribution settings", [Mean, Least, Most, .. follows])),
            ("pareto", new MapType("distribution settings", [Mean, Deviation, Least, Most, .. follows])),
            ("paretonormal", new MapType("distribution settings", [Mean, Deviation, Least, Most, .. follows])),
            ("empirical", new MapType("distribution settings",
            [
                new("quantiles", new ListType("quantiles, such as `[50%, 9ms]`", new ListType("a share and a duration", Text, 2), 2),
                    "Shares and the durations below which they lie, from 0% to 100%, linear between them."),
                new("file", new ScalarType(ScalarKind.Path), "A CSV file of what was measured; instead of `quantiles`."),
                new("column", Text, "Its column; `_ns`, `_us`, `_ms` or `_s` at the end of its name is the unit of bare numbers. The only one if left out."),
                Least, Most, .. follows,
            ])),
        ])
        { Otherwise = otherwise };
    }

    private static ChoiceType Latency() => Either(
        Distribution(new MapType("latency settings", [new("rtt", Duration, "Round-trip time; a link has half of it.", Required: true)]), isOfLink: true),
        Duration);

    private static ChoiceType ComputeTime() => Either(
        Distribution(new MapType("compute time settings",
        [
            new("base", Either(Distribution(new MapType("distribution settings", [])), Duration), "Part of every request.", "0ms"),
            new("per_image", Duration, "Part for every image of the request.", "0ms"),
        ])), Duration);

    /// <summary>The keys that describe a link, in the order in which they are told.</summary>
    public static IReadOnlyList<string> LinkKeyNames { get; } = [.. LinkKeys(withDefaults: false).Select(key => key.Name)];

    internal static List<SchemaKey> LinkKeys(bool withDefaults)
    {
        string? Default(string text) => withDefaults ? text : null;
        return
        [
            new("latency", Latency(), "One-way latency.", Default("0ms")),
            new("bandwidth", Either(Word("unlimited"), new ScalarType(ScalarKind.Rate)), "Messages queue for it in order.", Default("unlimited")),
            new("overhead", new ScalarType(ScalarKind.Size), "What every message takes of the bandwidth on top of its own bytes.", Default("0B")),
            new("queue", new MapType("queue settings",
            [
                new("limit", Either(new ScalarType(ScalarKind.Size), Integer(1)), "What may wait: a size, or a number of messages.", Required: true),
                new("drop", Word("tail", "random"), "What is dropped: what comes when it is full, or the likelier the fuller it is (the share that is full).",
                    "tail"),
            ]), "The queue before the bandwidth; without it, everything may wait."),
            new("loss", Either(Loss(), Probability), "Probability that a data message is lost.", Default("0%")),
            new("duplicate", Probability, "Probability that a data message is sent twice.", Default("0%")),
            new("packets", new MapType("packet settings",
            [
                new("size", new ScalarType(ScalarKind.Size), "What a packet carries of a message.", Required: true),
                new("missing", Word("zero", "mean", "drop", "resend"),
                    "What becomes of a message of which packets are lost: their numbers arrive as zeros, or as the mean of what arrived of their token; the "
                        + "message is lost; or they are sent again, a round trip each time.", "zero"),
            ]), "Messages travel as packets, which `loss` strikes one by one; `overhead` is each packet's. Without it, it strikes whole messages."),
            new("corrupt", Either(Corrupt(), Probability), "Probability that a data message arrives garbled.", Default("0%")),
            new("checksum", TrueOrFalse, "Whether its receiver notices and drops a garbled message; else it computes on what came.", Default("true")),
            new("reorder", Either(new MapType("reorder settings",
            [
                new("probability", Probability, "Probability that a data message skips its latency.", Required: true),
                new("correlation", Probability, "How far its draw leans towards the last one, as netem has it.", "0%"),
                new("gap", Integer(1), "At most every so many messages overtake.", "1"),
            ]), Probability), "Probability that a data message skips its latency and overtakes.", Default("0%")),
            new("keep_order", TrueOrFalse, "Whether jitter may not reorder.", Default("false")),
        ];
    }

    private static SchemaKey Trace => new("trace", Either(new MapType("trace settings",
    [
        new("file", new ScalarType(ScalarKind.Path), "The file.", Required: true),
        new("format", Word("csv", "mahimahi"),
            "csv: `time_ms` and any of `latency_ms, loss, bandwidth_bps, up` (1 or 0), each of which holds until it changes; "
                + "mahimahi: a line an opportunity to send a packet of 1,500 bytes, in ms.", "csv"),
        new("repeat", TrueOrFalse, "Whether it begins again at its last time; else its last row holds for ever.", "true"),
        new("offset", Either(Word("random"), Duration), "Where in it the trial begins; random: drawn from the seed, for each link by itself.", "0ms"),
    ]), Word("none")), "Conditions over time from a file, in place of what the link has else; each link of the network follows it by itself. none: without.");

    internal static SchemaKey Field => new("field", Word("any", "sign", "exponent", "mantissa"), "Which bits of a number flip.", "any");

    /// <summary>Of every fault that takes nodes down.</summary>
    internal static SchemaKey Weights => new("weights", Word("keep", "lost"),
        "Whether they come back with the weights of their layers; what is lost comes back as `cluster.restore` says.", "keep");

    private static VariantType Corrupt()
    {
        SchemaKey probability = new("probability", Probability, "Probability that a message arrives garbled.", Required: true);
        SchemaKey bits = new("bits", Integer(1, 1_000_000_000), "How many different bits of the message flip.", "1");
        return new("kind",
        [
            ("flip", new MapType("corruption settings", [probability, bits, Field])),
            ("noise", new MapType("corruption settings",
                [probability, new("strength", Number(0, exclusive: true), "The noise's deviation in units of the activation's own.", "1")])),
            ("zero", new MapType("corruption settings", [probability, new("share", Probability, "What share of its numbers become zero.", Required: true)])),
            ("swap", new MapType("corruption settings",
                [probability, new("tokens", Integer(2, 1_000_000_000), "How many tokens of each image change places.", "2")])),
        ])
        { Otherwise = new MapType("corruption settings", [probability, bits, Field]) };
    }

    private static VariantType Loss()
    {
        SchemaKey first = new("first", Integer(0), "So many data copies of each link are lost first, whatever the loss is.", "0");
        SchemaKey Step(string name, string doc, string? otherwise = null) => new(name, Probability, doc, otherwise, Required: otherwise is null);
        return new("model",
        [
            ("bernoulli", new MapType("loss settings",
            [
                new("probability", Probability, "Probability that a message is lost.", Required: true),
                new("correlation", Probability, "How far a draw leans towards the last one, as netem has it: it makes bursts, and losses rarer.", "0%"),
                first,
            ])),
            ("gilbert-elliott", new MapType("loss settings",
            [
                Step("p", "Probability of a step from good to bad, once a data copy."), Step("r", "Probability of a step from bad to good."),
                Step("loss_bad", "Loss in the bad state.", "100%"), Step("loss_good", "Loss in the good state.", "0%"), first,
            ])),
            ("markov", new MapType("loss settings",
            [
                Step("p13", "From good into a burst of losses (netem's four states)."), Step("p31", "From a burst of losses to good."),
                Step("p32", "From lost to received within a burst.", "0%"), Step("p23", "From received to lost within a burst.", "100%"),
                Step("p14", "From good to a loss that stays alone.", "0%"), first,
            ])),
        ])
        { Otherwise = new MapType("loss settings", [first with { Required = true, Default = null }]) };
    }

    private static ChoiceType Ends => Either(new ListType("endpoints", Name, 1), Name);

    public static MapType Network() => new("network settings",
    [
        .. LinkKeys(withDefaults: true),
        Trace,
        new("nan_guard", TrueOrFalse,
            "Whether a layer that is given or gives NaN or infinity hands its input on unchanged; it counts as skipped.", "false"),
        new("control", Word("reliable", "lossy"), "Whether control messages can be lost too.", "reliable"),
        new("membership", Word("reliable", "lossy"),
            "Wall clock: whether links apply to Akka.Cluster's own gossip and heartbeats too, so that members can become unreachable and be downed.",
            "reliable"),
        new("links", new ListType("exceptions", new MapType("link settings",
        [
            new("from", Ends, "Sending endpoint, or all.", Required: true),
            new("to", Ends, "Receiving endpoint, or all.", Required: true),
            .. LinkKeys(withDefaults: false),
            Trace,
        ])), "Exceptions, directed, applied in order."),
    ]);

    private static MapType Resident => new("memory settings",
    [
        new("limit", new ScalarType(ScalarKind.Size), "The most weights that are loaded at a time.", Required: true),
        new("load", new ScalarType(ScalarKind.Rate), "How fast weights are loaded; the node computes nothing meanwhile.", Required: true),
    ]);

    private static MapType SlowStart => new("slow start settings",
    [
        new("factor", Number(1, most: 1e6), "How many times as long layers take.", Required: true),
        new("for", PositiveDuration, "For how long, from the first layer that it computes.", Required: true),
    ]);

    private static ScalarType MillisecondsOrMore => new(ScalarKind.Duration) { Minimum = 1e6 }; // Akka's settings go no finer

    public static MapType Cluster() => new("cluster settings",
    [
        new("nodes", Either(new DictionaryType("node", new MapType("node settings",
        [
            new("device", new ScalarType(ScalarKind.Pattern) { Pattern = "cpu|cuda(?::[0-9]{1,3})?", Noun = "`cpu`, `cuda` or `cuda:N`" },
                "Where it computes; default the run's."),
            new("compute_time", ComputeTime(), "Time of one layer for one request; default the cluster's."),
            new("slowdown", Number(0, exclusive: true), "A standing factor on compute time.", "1"),
            new("capacity", Number(0, exclusive: true),
                "Its share of the layers relative to the other nodes', such as 2 beside 1, for `placement: capacity` and for rehosting; default 1 ÷ slowdown, "
                    + "on the wall clock the computing threads or the GPU that it joins with."),
            new("memory", new ScalarType(ScalarKind.Size),
                "The most weights it may host, such as 2GB; in training a layer takes four times its weights. Default no limit, on the wall clock its part of "
                    + "half the memory of its machine."),
            new("resident", Resident, "How much of it is loaded at a time; default the cluster's."),
            new("slow_start", SlowStart, "How slow it is after it has come back; default the cluster's."),
            new("power", new MapType("power settings",
            [
                new("idle", new ScalarType(ScalarKind.Power), "While it computes nothing.", Required: true),
                new("compute", new ScalarType(ScalarKind.Power), "While a layer runs.", Required: true),
            ]), "What it draws, for `energy_j_per_image`."),
            new("price", new ScalarType(ScalarKind.Price), "What it costs in whatever currency, such as 0.05/h, for `cost_per_1000_images`."),
            new("uplink", Either(Word("unlimited"), new ScalarType(ScalarKind.Rate)),
                "A rate shared by all links from it: messages queue for it in the order of sending, then for the link.", "unlimited"),
            new("downlink", Either(Word("unlimited"), new ScalarType(ScalarKind.Rate)),
                "A rate shared by all links to it: messages queue for it in the order in which they come over their links.", "unlimited"),
        ]), NewName)
        { Reserved = ["all", "coordinator"] }, Integer(1, 10_000)), "How many (node-1 …), or a map of names to settings.", "1"),
        new("domains", new DictionaryType("domain", new ListType("node names", Name, 1), NewName) { Reserved = ["all"] },
            "Failure domains (racks, rooms, power supplies): nodes that fail together. A node may be in several."),
        new("placement", Either(Word("round-robin", "blocks", "capacity"), new DictionaryType("node", LayerIds, Name)),
            "Which layers lie where: one by one on the nodes in turn, in runs of neighbours, by the nodes' capacity and memory, "
            + "or a map of nodes to layer ids.",
            "round-robin"),
        new("compute_time", ComputeTime(), "Time of one layer for one request.", "0ms"),
        new("resident", Resident, "Memory for fewer layers than a node hosts: others are evicted, least recently used first, and loaded again when needed."),
        new("slow_start", SlowStart, "A node that has come back computes slower for a while."),
        new("respawn", TrueOrFalse,
            "Wall clock: whether a worker that ends without a fault asking for it is started again, with its layers of the last checkpoint.", "true"),
        new("recovery", Word("none", "rehost"),
            "What becomes of the layers of a node that is down; rehost: survivors host them, by their capacity and within their memory.", "none"),
        new("recovery_time", Duration,
            "With rehost: from a node's death until survivors serve its layers; exactly this on the virtual clock, at least this on the wall clock.", "0ms"),
        new("restore", Word("checkpoint", "neighbours", "neighbours_weighted", "copy", "zero", "random", "none"),
            "What a layer gets whose weights are gone (`weights: lost`) when its node is back: those that were trained, the mean of the layers before and "
                + "after, that mean weighted by their gradients, those of the layer before, zeros, those with which a training begins, or none: it stays away.",
            "checkpoint"),
        new("wire", Word("fp32", "fp16", "bf16", "int8"), "Format of activations on the wire: their size follows from it, and what arrives is rounded to it.",
            "fp32"),
        new("energy_per_bit", new ScalarType(ScalarKind.Energy), "Energy of every bit that takes bandwidth, such as 50nJ, for `energy_j_per_image`."),
        new("membership", new MapType("membership settings",
        [
            new("acceptable_heartbeat_pause", MillisecondsOrMore, "How long heartbeats of a member may stay out before it counts as unreachable.", "20s"),
            new("stable_after", MillisecondsOrMore, "How long nothing may have changed before unreachable members are downed.", "10s"),
        ]), "Wall clock: how patient Akka.Cluster is, in Akka's names; the same for all trials."),
    ]);

    public static MapType Routing() => new("routing settings",
    [
        new("order", Either(LayerIds, Word("sequential", "arbitrary", "opportunistic")),
            "In which order a request visits the layers: ascending, drawn, or the layer next that its sender expects to be done first, from what it saw; or a "
                + "list of layer ids.", "sequential"),
        new("pin", new MapType("pin settings",
        [
            new("first", Integer(0), "How many of the lowest ids.", "0"),
            new("last", Integer(0), "How many of the highest ids.", "0"),
        ]), "Layers that keep their place at the ends of an order that is drawn or chosen."),
        new("prune", new MapType("prune settings",
        [
            new("layers", Integer(0), "How many layers; default 0, or as many as `choose` lists."),
            new("choose", Either(new ListType("layer ids", Integer(0), 1), Word("random", "first", "last")), "Which.", "random"),
            new("per", Word("request", "trial"), "How often a random choice is drawn.", "request"),
        ]), "Layers left out on purpose, at no cost in time."),
        new("timeout", Either(Word("auto"), PositiveDuration), "How long the sender of a hop waits for its acknowledgement; auto: from measured round trips.",
            "auto"),
        new("backoff", new MapType("backoff settings",
        [
            new("factor", Number(1), "Each wait is so many times the one before: resend i is waited for `timeout` times factor to the power of i.", "2"),
            new("max", PositiveDuration, "The longest wait; default none for a given timeout, 60s for `auto`."),
            new("jitter", Probability, "Each wait is drawn evenly between so much less and so much more, but never above `max`.", "0%"),
        ]), "How the timeout grows from resend to resend; default not at all where it is given, doubling for `auto`."),
        new("retries", Integer(0, 1_000_000), "Resends of one hop.", "2"),
        new("on_failure", Word("fail", "skip", "defer", "wait"),
            "When its resends are used up, the sender fails the request, skips the layer, defers it to the end of the route and skips it there; or it does not "
                + "count them and waits: it sends again until the deadline.", "skip"),
        new("replicas", Integer(1, 10_000), "Copies of every layer, in all.", "1"),
        new("copies", Word("first", "fastest", "random"),
            "Which copy a hop tries first; fastest: the one that its sender expects to be done first, from what it saw. Resends go to the others.", "first"),
        new("avoid", new MapType("avoid settings",
        [
            new("after", Integer(1), "After so many timeouts in a row.", "1"),
            new("for", PositiveDuration, "For so long; then one hop tries the node, and the next one only when that was acknowledged.", "1s"),
        ]), "A sender leaves a node alone that timed out; where no copy of a layer is left, hops to it fail at once. Off by default."),
        new("hedge", new MapType("hedge settings",
        [
            new("after", Either(Quantile, PositiveDuration), "After so long without an acknowledgement; or a quantile of how long those of that node took, as "
                + "this sender saw it: no sooner than one of them is expected beyond it, of ten at least.", Required: true),
        ]), "A second copy of a hop, to the next copy of the layer, or to the same node where there is no other. One for each hop; the first that is "
            + "acknowledged will do."),
        new("parallel", Integer(1, 1000), "So many neighbours of the order run at once on the same activation, and what each adds to it is "
            + "summed. Each sends to all of the next ones what it was given and what it made of it, so that there are fewer hops and more bytes. One that does "
            + "not answer is left out of the sum.", "1"),
        new("redundancy", new MapType("redundancy settings",
        [
            new("paths", Integer(1, 100), "How many journeys.", "2"),
            new("combine", Word("mean_logits", "first"), "What answers: the mean of the logits of those that came back, or the first one.", "mean_logits"),
            new("wait", Duration, "How long after the first result the others are waited for, where they are combined.", "50ms"),
        ]), "Several journeys of every request at once, each with luck of its own; where there are replicas, each begins with another copy. `order` and "
            + "`skipped` are those of the first that came back."),
        new("detection", Either(Detector(), Word("timeout"), Duration),
            "How long after a crash custodians learn of it; default the timeout. Or how they find out."),
    ]);

    private static ScalarType Quantile => new(ScalarKind.Pattern) { Pattern = @"p[1-9][0-9]?(?:\.[0-9])?", Noun = "a quantile such as `p95`" };

    private static VariantType Detector()
    {
        PhiSpec akka = PhiSpec.Default;
        return new("detector",
        [
            ("delay", new MapType("detector settings", [new("delay", Duration, "They are told so long after.", Required: true)])),
            ("phi", new MapType("detector settings",
            [
                new("threshold", Number(0, exclusive: true, most: 100), "Who is suspected as strongly as that counts as dead: phi is −log10 of the "
                    + "probability that a heartbeat comes later still.", akka.Threshold.ToString(CultureInfo.InvariantCulture)),
                new("heartbeat", PositiveDuration, "How often a sender asks each node that it has sent hops to; question and answer are control messages.",
                    "1s"),
                new("acceptable_pause", Duration, "So much longer than usual is nothing to be suspicious of.", "3s"),
                new("max_samples", Integer(2, 1_000_000), "How many of the last intervals count.", akka.MostSamples.ToString(CultureInfo.InvariantCulture)),
                new("min_stddev", PositiveDuration, "Intervals are taken to vary by so much at least.", "100ms"),
            ])),
        ]);
    }
}
