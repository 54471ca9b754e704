using LayerShuffle.Core.Records;
using static LayerShuffle.Scenarios.Language.SchemaParts;

namespace LayerShuffle.Scenarios.Language;

/// <summary>The scenario language, described once: the validator, the defaults and the JSON schema are derived from this.</summary>
public static class LanguageSchema
{
    /// <summary>Sections that conditions and sweeps may change.</summary>
    public static IReadOnlyList<string> VariedSections { get; } = ["cluster", "network", "faults", "routing", "workload", "reliability"];

    /// <summary>The whole file.</summary>
    public static MapType Root { get; } = CreateRoot();

    private static MapType CreateRoot()
    {
        MapType cluster = ClusterLanguage.Cluster(), network = ClusterLanguage.Network(), routing = ClusterLanguage.Routing(), workload = Workload();
        DictionaryType faults = FaultLanguage.Faults(), reliability = Reliability();
        MapType varied = new("cluster, network, faults, routing, workload and reliability",
        [
            new("cluster", cluster, "The nodes."),
            new("network", network, "The links."),
            new("faults", faults, "The faults."),
            new("routing", routing, "The routing."),
            new("workload", workload, "The requests."),
            new("reliability", reliability, "How likely nodes are to be up."),
        ]);
        return new MapType("settings",
        [
            new("name", new ScalarType(ScalarKind.Pattern) { Pattern = "[a-z0-9-]+", Refused = NotNames, Noun = "a name of a-z, 0-9 and `-`" },
                "Name of the scenario; its results go to results/<name>.", Required: true),
            new("description", Text, "What this shows, in a sentence."),
            new("seed", new ScalarType(ScalarKind.Integer), "Seed of every random draw.", "0"),
            new("repeats", Integer(1, 100_000), "How often network, faults, orders and arrivals are drawn again; models are not trained again.", "1"),
            new("clock", Word("virtual", "wall"), "Virtual time in one process, or real time on a process per node, here or on other machines.", "virtual"),
            new("threads", Integer(1, 1024), "Computing threads; part of what makes runs identical.", "2"),
            new("dataset", Dataset(), "The images. Not needed with `model: none`."),
            new("model", Either(Word("none"), ModelLanguage.Model(false)), "Settings shared by all models; `none` simulates the network alone."),
            new("models", new DictionaryType("model", ModelLanguage.Model(true), NewName),
                "One or more models, each of which may override any key of `model`."),
            new("cluster", cluster, "The nodes and the layers they host."),
            new("network", network, "Conditions of every link between two endpoints."),
            new("faults", faults, "Named events that change nodes or links for a while."),
            new("routing", routing, "How requests find their way, and around failures."),
            new("policies", new DictionaryType("policy", new OverlayType("routing settings", routing), NewName),
                "Named overlays on routing, each crossed with every condition."),
            new("workload", workload, "What is asked of the cluster."),
            new("reliability", reliability,
                "Instead of trials in time: the expected accuracy over all sets of dead nodes. Probabilities of being up: `node` for every node, a node's name "
                    + "for that node, `domain` for every failure domain or a map of their names. What is not named is always up."),
            new("conditions", new DictionaryType("condition",
                new OverlayType("cluster, network, faults, routing, workload and reliability settings", varied), NewName),
                "Named overlays on everything above but model and dataset."),
            new("sweep", new SweepType(), "A grid on top of every condition: key paths and the values they take."),
            new("trace", Either(Word("all", "off"), Integer(0)), "Hops kept: all, off, or those of the first N requests of a trial and of as many that failed.",
                "1000"),
            new("probes", Probes(), "What the trained models' layers are asked, apart from all trials: the rows of `layers.csv`."),
            new("objective", Either(new ListType("objectives", Word([.. Objectives.Words]), 1), Word([.. Objectives.Words])),
                "What the final table ranks models, policies and conditions by; of several the Pareto front is marked. Default: policies, by accuracy "
                    + "(or completion), then latency."),
            new("expect", new ListType("expectations", Expectation()), "What must hold; it decides the exit code."),
        ]);
    }

    private static MapType Probes() => new("probe settings",
    [
        new("kinds", Either(Word("all"), new ListType("probes", Word([.. LayerProbeWords.All.Select(word => word.Word)]), 1)),
            "Which: each layer's `contribution` and `predicted_position` by position in random orders, and the accuracy in order `without` a layer, with two "
                + "`swapped_with` each other, one `repeated`, two neighbours in `parallel`, or an `early_exit`; how often a linear probe can `read_position` "
                + "from a layer's output; the `embedding` of outputs in two dimensions (`embeddings.csv`); of several training seeds the accuracy `merged`, "
                + "layer by layer at random, and as an `ensemble`.", "all"),
        new("images", Integer(1), "How many test images, drawn from the seed; default all."),
        new("orders", Integer(1, 1000),
            "Random orders for `contribution` and `predicted_position`, of each of which every rotation is run; and draws of `merged`.", "1"),
    ]);

    private static MapType Dataset() => new("dataset settings",
    [
        new("kind", Word("shapes", "cifar10", "cifar100", "mnist", "image-folder"), "Which dataset.", Required: true),
        new("path", new ScalarType(ScalarKind.Path), "Where it lies; all but shapes."),
        new("train", Integer(1), "Training images, a class-stratified subset; default all (shapes: 5000)."),
        new("test", Integer(1), "Test images, a class-stratified subset; default all (shapes: 1000)."),
    ]);

    private static MapType Workload() => new("workload settings",
    [
        new("requests", Integer(1), "How many requests; default every test image once."),
        new("images_per_request", Integer(1, 100_000), "Images in one request.", "1"),
        new("arrivals", new MapType("arrival settings",
        [
            new("concurrency", Integer(1), "Closed: requests in flight."),
            new("rate", new ScalarType(ScalarKind.RequestRate), "Open: requests a second."),
            new("process", Word("poisson", "uniform"), "Open: random or even spacing; default poisson."),
            new("trace", new ScalarType(ScalarKind.Path),
                "Open: a CSV file with a column `time_ms` (or `time_s`, …), a row a request; the first is the trial's zero. `requests` may ask for fewer."),
        ]), "When requests are submitted; default one at a time."),
        new("deadline", PositiveDuration, "From submission; later is deadline_exceeded.", "30s"),
        new("warm_up", Duration,
            "Requests that are submitted before this are rows marked so, and count in no metric; metrics of time count from then on.", "0ms"),
        new("heal_after", PositiveDuration,
            "From then on all faults are lifted, and every request that is open or comes later must complete: one that does not makes the exit code 1."),
    ]);

    private static DictionaryType Reliability() =>
        new("node", Either(new DictionaryType("domain", Probability, Name), Probability), Name) { Reserved = ["all", "coordinator"] };

    private static MapType Expectation() => new("expectation settings",
    [
        new("metric", Word([.. Metric.All.Select(metric => metric.Name)]), "A column of conditions.csv, or `completion`: the share of requests that completed.",
            Required: true),
        new("model", Text, "The model; default each."),
        new("condition", Text, "The condition, with or without its sweep point; default each."),
        new("policy", Text, "The policy; default each."),
        new("where", new DictionaryType("swept key", new AnyType(), Text), "Sweep points: swept keys (or `policy`) and the values they must have."),
        new("min", new ScalarType(ScalarKind.Bound), "The least it may be; with `of` a share of the other."),
        new("max", new ScalarType(ScalarKind.Bound), "The most it may be; with `of` a share of the other."),
        new("of", new MapType("reference settings",
        [
            new("metric", Word([.. Metric.All.Select(metric => metric.Name)]), "Default: the same."),
            new("model", Text, "Default: the same."),
            new("condition", Text, "Default: the same."),
            new("policy", Text, "Default: the same."),
        ]), "What it is relative to."),
        new("using", Word("mean", "ci_low"), "The mean over seeds and repeats, or the lower end of its interval.", "mean"),
    ]);
}
