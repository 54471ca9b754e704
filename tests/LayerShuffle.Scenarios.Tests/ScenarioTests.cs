using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

public class ScenarioTests
{
    [Fact]
    public void Defaults_are_those_of_the_language()
    {
        Scenario scenario = Some.Valid(Some.Minimal);
        (scenario.Seed, scenario.Repeats, scenario.Threads, scenario.Trace).ShouldBe((0, 1, 2, 1000));
        scenario.Dataset.ShouldBe(new DatasetSpec("shapes", null, 5000, 1000));
        scenario.Models.ShouldHaveSingleItem().ShouldBe(new ModelSpec { Name = "default", Training = new TrainingSpec() });
        TrialVariant variant = scenario.Conditions.ShouldHaveSingleItem();
        (variant.Condition, variant.BaseCondition, variant.Policy).ShouldBe(("default", "default", "default"));
        variant.Network.Default.ShouldBe(LinkConditions.Perfect);
        variant.Faults.ShouldBeEmpty();
        variant.Routing.ShouldBe(new RoutingSpec());
        (scenario.Clock, variant.Cluster.Respawn, variant.Cluster.Recovery, variant.Cluster.Wire)
            .ShouldBe((ScenarioClock.Virtual, true, RecoveryKind.None, WireFormat.Float32));
        variant.Cluster.Nodes.ShouldHaveSingleItem().ShouldBe(new NodeSpec("node-1", ComputeTimeSpec.Zero, 1, null));
        variant.Workload.ShouldBe(new WorkloadSpec(null, 1, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(30)));
    }

    [Fact]
    public void Checkpoint_and_initializer_keys_reach_the_model()
    {
        ModelSpec model = Some.Valid(Some.Minimal
            + "model: {initializer_range: 0.125, training: {checkpoint_epochs: 0, checkpoint_steps: 250}}").Models.ShouldHaveSingleItem();
        (model.InitializerRange, model.Training!.CheckpointEpochs, model.Training.CheckpointSteps).ShouldBe((0.125, 0, 250));
        ModelSpec standard = Some.Valid(Some.Minimal).Models.ShouldHaveSingleItem();
        (standard.InitializerRange, standard.Training!.CheckpointEpochs, standard.Training.CheckpointSteps).ShouldBe((0.02, 1, 0));
    }

    [Fact]
    public void Reads_what_is_written()
    {
        TrialVariant variant = Some.Valid(Some.Minimal + """
            cluster: {nodes: {a: {device: "cuda:1", slowdown: 2}, b: {compute_time: 3ms}, c: }, placement: blocks, compute_time: {base: 1ms, per_image: 0.2ms}}
            network:
              latency: {rtt: 10ms}
              bandwidth: 100Mbps
              loss: {model: bernoulli, probability: 1%}
              keep_order: true
              control: lossy
              links:
                - {from: a, to: [b, coordinator], latency: {distribution: uniform, min: 10ms, max: 20ms}, bandwidth: unlimited}
            faults:
              f: {kind: crash, nodes: {random: 50%}, at: 1s, restart_after: 2s}
              g: {kind: partition, groups: [[a], [b, coordinator]], at: 2s}
              h: {kind: link, from: all, to: a, at: 3s, for: 1s, set: {loss: 30%}}
            routing: {order: [3, 1, 2], prune: {choose: [1], per: trial}, timeout: 50ms, on_failure: fail, replicas: 2, detection: 7ms}
            workload: {requests: 20, images_per_request: 8, arrivals: {rate: 50/s}, deadline: 5s}
            """).Conditions[0];
        variant.Cluster.Nodes.ShouldBe(
        [
            new NodeSpec("a", new ComputeTimeSpec(DelayDistribution.Constant(Duration.FromMilliseconds(1)), Duration.FromMilliseconds(0.2)), 2, "cuda:1"),
            new NodeSpec("b", new ComputeTimeSpec(DelayDistribution.Constant(Duration.FromMilliseconds(3)), default), 1, null),
            new NodeSpec("c", new ComputeTimeSpec(DelayDistribution.Constant(Duration.FromMilliseconds(1)), Duration.FromMilliseconds(0.2)), 1, null),
        ]);
        variant.Network.Default.ShouldBe(new LinkConditions(DelayDistribution.Constant(Duration.FromMilliseconds(5)), 12.5e6, 0.01, 0, 0, 0, true, true));
        variant.Network.Links.Select(link => link.From + ">" + link.To).ShouldBe(["a>b", "a>coordinator"]);
        variant.Network.Links[0].Set.Latency.ShouldBe(new DelayDistribution(
            DelayKind.Uniform, Duration.FromMilliseconds(15), default, Duration.FromMilliseconds(10), Duration.FromMilliseconds(20)));
        variant.Network.Links[0].Set.Bandwidth.ShouldBe(double.PositiveInfinity);
        variant.Faults[0].ShouldBe(new CrashFault("f", Duration.FromSeconds(1), new NodeSelector(null, false, null, 0.5), Duration.FromSeconds(2)));
        ((PartitionFault)variant.Faults[1]).HealAfter.ShouldBeNull();
        ((LinkFault)variant.Faults[2]).Set.ShouldBe(new LinkPatch { Loss = 0.3 });
        variant.Routing.ExplicitOrder.ShouldBe([3, 1, 2]);
        variant.Routing.Prune!.Ids.ShouldBe([1]);
        (variant.Routing.Prune.Layers, variant.Routing.Prune.PerTrial, variant.Routing.Prune.Choose).ShouldBe((1, true, PruneChoice.Explicit));
        (variant.Routing.OnFailure, variant.Routing.Replicas, variant.Routing.Detection).ShouldBe((OnFailure.Fail, 2, Duration.FromMilliseconds(7)));
        variant.Workload.ShouldBe(new WorkloadSpec(20, 8, new ArrivalSpec(ArrivalKind.Poisson, 0, 50), Duration.FromSeconds(5)));
    }

    [Fact]
    public void The_wall_clock_has_settings_of_its_own()
    {
        Scenario scenario = Some.Valid(Some.Minimal + """
            clock: wall
            model: {training: {faults: true}}
            cluster: {nodes: {a: , b: , c: }, respawn: false, recovery: rehost, recovery_time: 250ms, wire: bf16,
              membership: {acceptable_heartbeat_pause: 3s, stable_after: 1500ms}}
            network: {membership: lossy}
            faults:
              nap: {kind: pause, nodes: [a], at: 1s, for: 2s}
              coma: {kind: pause, nodes: {random: 2}, at: 1s}
            conditions: {all: , raw: {cluster: {wire: null, recovery: none}, network: {membership: null}},
              few: {cluster: {nodes: {b: null, c: null}}, faults: null}}
            """);
        scenario.Clock.ShouldBe(ScenarioClock.Wall);
        scenario.Models[0].Training!.Faults.ShouldBeTrue();
        ClusterSpec cluster = scenario.Conditions[0].Cluster;
        (cluster.Respawn, cluster.Recovery, cluster.RecoveryTime, cluster.Wire)
            .ShouldBe((false, RecoveryKind.Rehost, Duration.FromMilliseconds(250), WireFormat.BFloat16));
        cluster.Membership.ShouldBe(new MembershipSpec(Duration.FromSeconds(3), Duration.FromSeconds(1.5)));
        scenario.Conditions.Select(condition => condition.Network.MembershipLossy).ShouldBe([true, false, true]);
        scenario.Conditions[0].Faults.ShouldBe(
        [
            new PauseFault("nap", Duration.FromSeconds(1), ((PauseFault)scenario.Conditions[0].Faults[0]).Nodes, Duration.FromSeconds(2)),
            new PauseFault("coma", Duration.FromSeconds(1), new NodeSelector(null, false, 2, null), null),
        ]);
        ((PauseFault)scenario.Conditions[0].Faults[0]).Nodes.Names.ShouldBe(["a"]);
        (scenario.Conditions[1].Cluster.Wire, scenario.Conditions[1].Cluster.Recovery).ShouldBe((WireFormat.Float32, RecoveryKind.None));
        scenario.Conditions[2].Cluster.Nodes.ShouldHaveSingleItem().Name.ShouldBe("a");
        scenario.Nodes.Select(node => node.Name).ShouldBe(["a", "b", "c"]);
    }

    [Theory]
    [InlineData("fp32", 4)]
    [InlineData("fp16", 2)]
    [InlineData("bf16", 2)]
    [InlineData("int8", 1)]
    public void The_size_of_an_activation_follows_the_wire_format(string wire, int bytes)
    {
        Scenario scenario = Some.Valid(Some.Minimal + $"clock: wall\ncluster: {{wire: {wire}}}\n");
        WireFormat format = scenario.Conditions[0].Cluster.Wire;
        format.Word().ShouldBe(wire);
        scenario.Models[0].ActivationBytes(3, format).ShouldBe(3L * 65 * 96 * bytes);
        // 96 ms a byte
        string[] warnings = Some.Warnings(Some.Minimal
            + $"clock: wall\ncluster: {{wire: {wire}}}\nnetwork: {{bandwidth: 65KB/s}}\nrouting: {{timeout: 150ms}}\n");
        warnings.Length.ShouldBe(bytes > 1 ? 1 : 0);
    }

    [Fact]
    public void Capacity_and_memory_reach_the_nodes()
    {
        Scenario scenario = Some.Valid(Some.Minimal + """
            cluster: {nodes: {a: {capacity: 2.5, memory: 2GB}, b: {memory: 512MiB}, c: {}}, placement: capacity}
            conditions: {here: {}, there: {cluster: {nodes: {b: {capacity: 4, memory: null}}}}}
            """);
        ClusterSpec cluster = scenario.Conditions[0].Cluster;
        cluster.Placement.Kind.ShouldBe(PlacementKind.Capacity);
        cluster.Nodes.Select(node => (node.Capacity, node.MemoryBytes)).ShouldBe([(2.5, 2_000_000_000), (null, 512L << 20), (null, null)]);
        scenario.Conditions[1].Cluster.Nodes.Select(node => (node.Capacity, node.MemoryBytes)).ShouldBe([(2.5, 2_000_000_000), (4.0, null), (null, null)]);
        TrialSpec trial = ScenarioExpander.Trials(scenario)[0];
        trial.Cluster.ShouldBeSameAs(cluster);
        trial.LayerBytes.ShouldBe(447_360);
    }

    [Fact]
    public void What_is_known_only_when_nodes_have_joined_is_no_mistake()
    {
        Some.Valid(Some.Minimal + "clock: wall\ncluster: {nodes: {a: {memory: 0B}, b: {}}, placement: capacity}\n").Clock.ShouldBe(ScenarioClock.Wall);
        // Whether the second copies fit depends on where the first ones go, and that on capacities.
        Some.Valid("name: x\nmodel: none\nworkload: {requests: 1}\nclock: wall\ncluster: {nodes: {a: {memory: 3MB}, b: {memory: 3MB}, c: {memory: 3MB}}, "
            + "placement: capacity}\nrouting: {replicas: 2}\n");
        Some.Mistakes("name: x\nmodel: none\nworkload: {requests: 1}\nclock: wall\ncluster: {nodes: {a: {memory: 1MB}, b: {memory: 2MB}}, placement: "
            + "capacity}\n").ShouldHaveSingleItem().ShouldContain("layer 6");
        // A checkpoint that is not here: nothing is known of its layers.
        Some.Valid("name: x\ndataset: {kind: shapes}\nmodels: {a: {checkpoint: none}}\ncluster: {nodes: {a: {memory: 1KB}}}\n");
    }

    [Fact]
    public void Conditions_may_use_the_first_nodes_in_any_order_of_conditions()
    {
        foreach (string sizes in (string[])["2, 4, 3", "4, 2, 3", "1, 2, 4"])
            Some.Valid(Some.Minimal + $"clock: wall\nsweep: {{cluster.nodes: [{sizes}]}}\n").Nodes.Count.ShouldBe(4);
        // other names are fine there
        Some.Valid(Some.Minimal + "cluster: {nodes: 2}\nconditions: {a: , b: {cluster: {nodes: {x: {}, y: {}}}}}\n").Clock.ShouldBe(ScenarioClock.Virtual);
    }

    [Fact]
    public void Trials_nest_as_documented()
    {
        Scenario scenario = Some.Valid(Some.Minimal + """
            repeats: 2
            model: {training: {seeds: 2}}
            models: {m: , n: {training: {seeds: 1}}}
            policies: {p: , q: {retries: 0}}
            conditions: {a: , b: {network: {latency: 1ms}}}
            sweep: {routing.order: [arbitrary, [0, 1]], network.loss: [0%, 0.05]}
            """);
        IReadOnlyList<TrialSpec> trials = ScenarioExpander.Trials(scenario);
        trials.Count.ShouldBe(3 * 2 * 2 * 4 * 2);
        trials.Select(trial => trial.Key.Trial).ShouldBe(Enumerable.Range(0, trials.Count));
        trials[0].Key.ShouldBe(new TrialKey(0, "m", 0, "p", "a[routing.order=arbitrary,network.loss=0%]", 0));
        trials[1].Key.Repeat.ShouldBe(1);
        trials[2].Key.Condition.ShouldBe("a[routing.order=arbitrary,network.loss=0.05]");
        trials[4].Key.Condition.ShouldBe("a[routing.order=[0,1],network.loss=0%]");
        trials[8].Key.Condition.ShouldStartWith("b[");
        trials[16].Key.Policy.ShouldBe("q");
        trials[32].Key.TrainingSeed.ShouldBe(1);
        trials[64].Key.Model.ShouldBe("n");
        ScenarioExpander.Plan(scenario)[2].Variant.SweepValues.ShouldBe([new("routing.order", "arbitrary"), new("network.loss", "0.05")]);
    }

    [Fact]
    public void Overlays_apply_in_order()
    {
        Scenario scenario = Some.Valid(
            Some.Minimal
                + "network: {loss: 1%, latency: 1ms}\nrouting: {retries: 1}\nconditions: {a: {network: {loss: 3%}, routing: {retries: 3}}, b: {network: "
                + "null}}\npolicies: {p: {retries: 4}}\nsweep: {routing.retries: [5]}\n",
            "network.loss=2%", "network.latency=2ms");
        scenario.Conditions[0].Network.Default.Loss.ShouldBe(0.03);
        scenario.Conditions[0].Network.Default.Latency.Mean.ShouldBe(Duration.FromMilliseconds(2));
        scenario.Conditions[0].Routing.Retries.ShouldBe(5);
        scenario.Conditions[1].Network.Default.ShouldBe(LinkConditions.Perfect);
    }

    [Fact]
    public void The_network_alone_needs_no_dataset()
    {
        Scenario scenario = Some.Valid("name: x\nmodel: none\nworkload: {requests: 10}\n");
        (scenario.NetworkOnly, scenario.Dataset, scenario.Models[0].Name, scenario.Models[0].NumHiddenLayers).ShouldBe((true, null, "none", 8));
        scenario =
            Some.Valid("name: x\nmodel: {architecture: none, num_hidden_layers: 6}\nmodels: {a: , b: {num_hidden_layers: 12}}\nworkload: {requests: 10}\n");
        scenario.Models.Select(model => model.NumHiddenLayers).ShouldBe([6, 12]);
        scenario.Models[0].Training.ShouldBeNull();
    }

    [Fact]
    public void Settings_reach_every_part()
    {
        Scenario scenario = Some.Valid(
            Some.Minimal + "conditions: {a: {network: {loss: 5%}}}\nnetwork: {loss: 9%}\n", "conditions.a.network=null", "conditions.b={faults: null}",
                "sweep.routing.retries=[0, 1]", "models.m.variant=layershuffle", "seed=9");
        scenario.Conditions.Count.ShouldBe(4);
        scenario.Conditions[0].Network.Default.Loss.ShouldBe(0);
        scenario.Conditions[3].Condition.ShouldBe("b[routing.retries=1]");
        scenario.Models[0].Variant.ShouldBe("layershuffle");
        scenario.Seed.ShouldBe(9);
    }

    [Fact]
    public void An_imported_checkpoint_is_trained_only_if_its_own_entry_says_so_and_its_sizes_win()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"),
            """{"model_type": "deit", "hidden_size": 192, "num_hidden_layers": 12, "qkv_bias": false, "position_embedding_size": 8}""");
        string text =
            $"name: x\ndataset: {{kind: shapes}}\nmodel: {{training: {{epochs: 9}}}}\nmodels: {{a: {{checkpoint: {folder}}}, b: {{checkpoint: {folder}, "
                + $"training: {{batch_size: 8}}}}}}\nrouting: {{order: [11]}}\n";
        Scenario scenario = Some.Valid(text);
        (scenario.Models[0].Architecture, scenario.Models[0].NumHiddenLayers, scenario.Models[0].Training).ShouldBe(("deit", 12, null));
        (scenario.Models[0].QkvBias, scenario.Models[0].PositionEmbeddingSize).ShouldBe((false, 8));
        scenario.Models[1].Training.ShouldBe(new TrainingSpec { Epochs = 9, BatchSize = 8 });
        Some.Valid(text.Replace(folder, "none", StringComparison.Ordinal)).Models[0].Checkpoint.ShouldBe("/data/none");
    }

    [Fact]
    public void Expectations_know_what_they_speak_of()
    {
        Scenario scenario = Some.Valid(Some.Minimal + """
            models: {m: , n: }
            conditions: {a: , b: }
            sweep: {network.loss: [0%, 5%]}
            expect:
              - {metric: top1, model: n, condition: b, where: {network.loss: 0.05}, min: 85%, of: {model: m, condition: a}}
              - {metric: latency_p99_ms, condition: "a[network.loss=5%]", max: 1.5s, using: ci_low}
            """);
        ExpectationSpec first = scenario.Expectations[0];
        (first.Min, first.MinText, first.UsesCiLow).ShouldBe((0.85, "85%", false));
        TrialVariant[] matching = [.. scenario.Conditions.Where(variant => first.Matches("n", variant))];
        matching.ShouldHaveSingleItem().Condition.ShouldBe("b[network.loss=5%]");
        scenario.Conditions.Where(variant => first.IsReference("n", matching[0], "m", variant)).ShouldHaveSingleItem().Condition.ShouldBe("a[network.loss=5%]");
        (scenario.Expectations[1].Max, scenario.Expectations[1].UsesCiLow).ShouldBe((1500, true));
    }

    [Theory]
    [InlineData("network: {latency: 20ms}\nrouting: {timeout: 30ms}",
        "s.yaml:4:20: routing.timeout: 30ms is shorter than a round trip plus size ÷ bandwidth, 40ms")]
    [InlineData("workload: {requests: 200, images_per_request: 8}",
        "s.yaml:3:22: workload.requests: 200 requests of 8 are more than one pass through 1000 test images")]
    [InlineData("conditions: {a: {network: {loss: 5%}}}\nsweep: {network.loss: [1%]}",
        "s.yaml:3:34: conditions.a.network.loss: this override of `network.loss` is shadowed by the sweep (s.yaml:4:23)")]
    [InlineData("conditions: {a: {routing: {retries: 1}}}\npolicies: {p: {retries: 2}}",
        "s.yaml:3:37: conditions.a.routing.retries: this override of `routing.retries` is shadowed by policy `p` (s.yaml:4:25)")]
    public void Warns_of_what_is_hardly_meant(string text, string warning) => Some.Warnings(Some.Minimal + text + "\n").ShouldHaveSingleItem()
        .ShouldStartWith(warning);
}
