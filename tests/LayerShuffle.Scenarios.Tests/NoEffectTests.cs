using LayerShuffle.Scenarios.Loading;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Every key that can stand somewhere without doing anything: it is warned about there, at its place, and nowhere else.</summary>
public class NoEffectTests
{
    // four lines
    private const string Net = "name: x\nmodel: none\nworkload: {requests: 50, arrivals: {concurrency: 4}}\ncluster: {nodes: 4, compute_time: 1ms}\n";
    private const string OneByOne = "name: x\nmodel: none\nworkload: {requests: 50}\ncluster: {nodes: 4, compute_time: 1ms}\n";

    [Theory]
    // links
    [InlineData(Net, "network: {reorder: 5%}", "5:20: network.reorder: no effect: there is no latency")]
    [InlineData(OneByOne, "network: {reorder: 5%, latency: 1ms}", "5:20: network.reorder: nothing can be overtaken")]
    [InlineData(Net, "network: {keep_order: true, latency: 5ms}", "5:23: network.keep_order: no effect: without jitter")]
    [InlineData(Net, "network: {queue: {limit: 4}, latency: 5ms}", "5:18: network.queue: no effect: without a limit of bandwidth")]
    [InlineData(Net, "network: {overhead: 40B, latency: 5ms}", "5:21: network.overhead: no effect: without a limit of bandwidth")]
    [InlineData(Net, "network: {control: lossy}", "5:20: network.control: no effect: nothing is lost")]
    [InlineData(Net, "network: {latency: {distribution: constant, mean: 5ms, max: 9ms}}", "5:61: network.latency.max: no effect: a constant")]
    [InlineData(Net, "network: {latency: 5ms, links: [{from: node-1, to: node-2, latency: 5ms}]}", "5:33: network.links[0]: no effect: the link has")]
    [InlineData(Net,
        "network: {links: [{from: node-1, to: node-3, latency: 5ms}]}\nrouting: {timeout: 50ms}\nconditions: {a: , b: {network: {links: null, loss: 1%}}}",
        "5:19: network.links[0]: no effect: these endpoints never")]
    [InlineData(Net, "network: {links: [{from: coordinator, to: node-2, reorder: 5%}]}", "5:60: network.links[0].reorder: no effect: there is no latency")]
    // faults
    [InlineData(Net, "faults: {f: {kind: crash, nodes: [node-2], at: 1h}}",
        "5:48: faults.f.at: no effect: it begins at 3600 s, and the last request has its outcome by 0.4 s")]
    [InlineData(Net, "faults: {f: {kind: slowdown, nodes: [node-2], at: 0s, factor: 1}}", "5:63: faults.f.factor: no effect: a factor of 1")]
    [InlineData(Net, "faults: {f: {kind: crash, nodes: [node-2], at: 0s}, g: {kind: pause, nodes: [node-2], at: 1ms, for: 1ms}}",
        "5:77: faults.g.nodes: no effect: node-2 is down for good")]
    [InlineData(Net, "faults: {f: {kind: link, from: all, to: all, at: 0s, set: {loss: 0%}}}", "5:59: faults.f.set: no effect: links have")]
    [InlineData(Net, "faults: {f: {kind: link, from: all, to: all, at: 0s, set: {reorder: 5%}}}", "5:69: faults.f.set.reorder: no effect: there is no latency")]
    // routing
    [InlineData(Net, "network: {loss: 1%}\nrouting: {on_failure: wait, retries: 5}", "6:38: routing.retries: no effect: with `on_failure: wait`")]
    [InlineData(Net, "routing: {backoff: {factor: 3}}", "5:20: routing.backoff: no effect: nothing is lost, down or late")]
    [InlineData(Net, "network: {loss: 1%}\nrouting: {on_failure: fail, retries: 0, backoff: {factor: 3}}",
        "6:50: routing.backoff: no effect: nothing is sent again")]
    [InlineData(Net, "network: {latency: 5ms}\nrouting: {hedge: {after: 40ms}}", "6:18: routing.hedge: no effect: every acknowledgement comes within 10 ms")]
    [InlineData(Net, "network: {latency: 5ms}\nrouting: {hedge: {after: p95}}", "6:18: routing.hedge: no effect: every acknowledgement takes equally long")]
    [InlineData(Net, "network: {loss: 1%}\nrouting: {timeout: 40ms, hedge: {after: 40ms}}",
        "6:33: routing.hedge: no effect: an acknowledgement is overdue by then")]
    [InlineData(Net, "routing: {redundancy: {paths: 1}}", "5:23: routing.redundancy: no effect: one path")]
    [InlineData(Net, "routing: {redundancy: {combine: first, wait: 20ms}}", "5:46: routing.redundancy.wait: no effect: with `combine: first`")]
    [InlineData(Net, "routing: {detection: {detector: phi}}", "5:22: routing.detection: no effect: no node crashes")]
    [InlineData(Net, "routing: {pin: {first: 1}}", "5:16: routing.pin: no effect: the order is given")]
    [InlineData(Net, "routing: {avoid: {after: 2}}", "5:18: routing.avoid: no effect: nothing is lost, down or late")]
    [InlineData(Net, "routing: {copies: fastest}", "5:19: routing.copies: no effect: there is one copy of each layer")]
    [InlineData(Net, "routing: {retries: 5}", "5:20: routing.retries: no effect: nothing is lost, down or late")]
    [InlineData(Net, "routing: {timeout: 50ms}", "5:20: routing.timeout: no effect")]
    [InlineData(Net, "routing: {on_failure: fail}", "5:23: routing.on_failure: no effect")]
    [InlineData(Net, "routing: {replicas: 2}", "5:21: routing.replicas: no effect")]
    [InlineData(Net, "network: {loss: 5%}\nrouting: {detection: 1ms}", "6:22: routing.detection: no effect: no node crashes")]
    [InlineData(Net, "routing: {prune: {layers: 0, choose: first}}", "5:38: routing.prune.choose: no effect: no layer is pruned")]
    [InlineData(Net, "routing: {prune: {layers: 1, choose: first, per: trial}}", "5:50: routing.prune.per: no effect: only `choose: random`")]
    [InlineData("name: x\nmodel: {architecture: none, num_hidden_layers: 1}\nworkload: {requests: 5}\n", "routing: {order: arbitrary}",
        "4:18: routing.order: no effect: a single layer")]
    // workload
    [InlineData("name: x\nmodel: none\n", "workload: {requests: 1, arrivals: {rate: 5/s}}", "3:42: workload.arrivals.rate: no effect: there is one request")]
    [InlineData("name: x\nmodel: none\n", "workload: {requests: 5, arrivals: {concurrency: 9}}", "3:49: workload.arrivals.concurrency: only 5 of 9")]
    // cluster
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {placement: blocks}", "4:22: cluster.placement: no effect: a single node")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: 2, respawn: false}",
        "4:30: cluster.respawn: no effect: on the virtual clock")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: 2, recovery: rehost}",
        "4:31: cluster.recovery: no effect: no node crashes")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: 2, recovery_time: 1s}",
        "4:36: cluster.recovery_time: no effect: layers are hosted")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {slowdown: 2}, b: {}}}",
        "4:33: cluster.nodes.a.slowdown: no effect: the node computes in no time")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {capacity: 2}, b: {}}}",
        "4:33: cluster.nodes.a.capacity: no effect: only `placement: capacity`")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {device: cpu}, b: {}}}",
        "4:31: cluster.nodes.a.device: no effect: on the virtual clock")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {compute_time: 1ms, nodes: {a: {compute_time: 2ms}}}",
        "4:25: cluster.compute_time: no effect: every node")]
    [InlineData("name: x\nmodel: {architecture: none, num_hidden_layers: 1}\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {}, b: {compute_time: 2ms}}}",
        "4:44: cluster.nodes.b.compute_time: no effect: the node hosts no layer")]
    [InlineData("name: x\nmodel: {architecture: none, num_hidden_layers: 1}\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {}, b: {uplink: 5Mbps}}}",
        "4:38: cluster.nodes.b.uplink: no effect: the node hosts no layer")]
    [InlineData("name: x\nmodel: {architecture: none, num_hidden_layers: 1}\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {}, b: {downlink: 5Mbps}}}",
        "4:40: cluster.nodes.b.downlink: no effect: the node hosts no layer")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\n", "cluster: {nodes: {a: {power: {idle: 1W, compute: 2W}}}}",
        "4:50: cluster.nodes.a.power.compute: no effect: the node computes in no time")]
    // the file, models and training
    [InlineData(OneByOne, "repeats: 3", "5:10: repeats: no effect: nothing is drawn")]
    [InlineData(OneByOne, "threads: 4", "5:10: threads: no effect")]
    [InlineData(OneByOne, "dataset: {kind: shapes}", "5:10: dataset: no effect")]
    [InlineData("name: x\nworkload: {requests: 5}\n", "model: {architecture: none, initializer_range: 0.1}",
        "3:48: model.initializer_range: no effect: with `model: none`")]
    [InlineData(Some.Minimal, "models: {a: {layerdrop: 50%}}", "3:25: models.a.layerdrop: no effect: only `variant: layerdrop`")]
    [InlineData(Some.Minimal, "model: {position_loss_weight: 2}", "3:31: model.position_loss_weight: no effect: only `variant: layershuffle-predict`")]
    [InlineData(Some.Minimal, "models: {a: , b: {init_from: a, initializer_range: 0.1}}",
        "3:52: models.b.initializer_range: no effect: all weights come from model `a`")]
    [InlineData(Some.Minimal, "model: {training: {epochs: 0, batch_size: 8}}", "3:43: model.training.batch_size: no effect: with `epochs: 0`")]
    [InlineData(Some.Minimal, "model: {training: {epochs: 2, checkpoint_epochs: 3}}",
        "3:50: model.training.checkpoint_epochs: no effect: training ends after 2 epochs")]
    [InlineData(Some.Minimal, "model: {training: {epochs: 2, checkpoint_steps: 159}}",
        "3:49: model.training.checkpoint_steps: no effect: training ends after 158 steps")]
    [InlineData(Some.Minimal, "model: {training: {momentum: 0.5}}", "3:30: model.training.momentum: no effect: only `optimizer: sgd` has momentum")]
    [InlineData(Some.Minimal, "model: {training: {rand_augment_magnitude: 5}}",
        "3:44: model.training.rand_augment_magnitude: no effect: only `augmentation: randaugment` has operations")]
    [InlineData(Some.Minimal, "model: {training: {distillation: {weight: 30%}}}",
        "3:34: model.training.distillation: no effect: no model starts from a trained one")]
    [InlineData(Some.Minimal, "model: {training: {epochs: 2, validation: 10%, early_stopping: 2}}",
        "3:64: model.training.early_stopping: no effect: training ends after 2 epochs")]
    [InlineData(Some.Minimal, "models: {a: {variant: standard}, b: {variant: standard}}", "3:34: models.b: the same as model `a`")]
    [InlineData("name: x\ndataset: {kind: shapes}\nclock: wall\n", "model: {training: {faults: true}}",
        "4:28: model.training.faults: no effect: the scenario has no fault")]
    [InlineData(Some.Minimal, "model: {training: {faults: true}}\ncluster: {nodes: 2}\nnetwork: {latency: 1ms}",
        "3:28: model.training.faults: no effect: the scenario has no fault that could strike, and no link that loses messages")]
    // overlays, sweeps and expectations
    [InlineData(Net, "conditions: {a: , b: {network: {loss: 0%}}}", "5:19: conditions.b: the same as condition `a`")]
    [InlineData(Net, "network: {loss: 5%}\npolicies: {p: , q: {retries: 2}}", "6:17: policies.q: the same as policy `p`")]
    [InlineData(Net, "sweep: {network.loss: [5%, 0.05]}", "5:28: sweep.network.loss[1]: `0.05` makes the same trials as `5%`")]
    [InlineData(Net, "sweep: {network.latency.rtt: [5ms, 6ms], network.latency: [1ms, 2ms]}",
        "5:30: sweep.network.latency.rtt: no effect: `network.latency`, swept after it")]
    [InlineData(Net, "faults: {outage: {kind: crash, nodes: [node-2], at: 0s}}\nconditions: {a: , b: {faults: {outge: null}, network: {loss: 1%}}}",
        "6:39: conditions.b.faults.outge: no effect: there is no fault `outge` to remove; did you mean `outage`?")]
    [InlineData(Net, "expect: [{metric: retries, min: 0}]", "5:10: expect[0]: cannot fail: `retries` is never less than 0")]
    [InlineData(Net, "expect: [{metric: completion, max: 100%}]", "5:10: expect[0]: cannot fail: `completion` is never less than 0 nor more than 1")]
    [InlineData(Net, "expect: [{metric: completed, max: 50}]", "5:10: expect[0]: cannot fail: `completed` is never less than 0 nor more than 50")]
    [InlineData(Net, "expect: [{metric: completion, min: 50%, of: {metric: completion}}]", "5:10: expect[0]: no effect: it is relative to itself")]
    [InlineData(Net, "expect: [{metric: retries, max: 3}, {metric: retries, max: 3}]",
        "5:37: expect[1]: no effect: this expectation stands in the list already")]
    public void What_does_nothing_is_warned_about_at_its_place(string before, string text, string warning)
    {
        string whole = before + text + "\n";
        Some.Valid(whole);
        Some.Warnings(whole).ShouldHaveSingleItem().ShouldStartWith("s.yaml:" + warning);
    }

    [Theory]
    [InlineData(Net + "network: {reorder: 5%, latency: 1ms}")]
    [InlineData(OneByOne + "network: {reorder: 5%, duplicate: 5%, latency: 1ms}")]
    [InlineData(Net + "network: {keep_order: true, latency: {distribution: exponential, mean: 5ms}}")]
    [InlineData(Net + "network: {overhead: 40B, bandwidth: 1MB/s}")]
    [InlineData(Net + "network: {overhead: 40B}\nfaults: {f: {kind: link, from: all, to: all, at: 0s, for: 1ms, set: {bandwidth: 1MB/s}}}")]
    [InlineData(Net + "network: {keep_order: true, latency: 5ms}\nfaults: {f: {kind: link, from: all, to: all, at: 0s, for: 1ms, set: {latency: 1ms}}}")]
    [InlineData(Net + "network: {control: lossy, links: [{from: node-1, to: node-2, loss: 1%}]}")]
    [InlineData(Net + "network: {links: [{from: node-2, to: node-1, latency: 5ms}]}")] // acknowledgements go that way
    [InlineData(Net + "network: {loss: 1%, links: [{from: node-1, to: node-3, latency: 5ms}]}")] // where node-2 is skipped
    [InlineData(Net + "routing: {order: arbitrary}\nnetwork: {links: [{from: node-1, to: node-3, latency: 5ms}]}")]
    [InlineData(Net + "faults: {f: {kind: crash, nodes: [node-2], at: 300ms}}")]
    [InlineData(Net + "faults: {f: {kind: crash, nodes: [node-2], at: 0s}, g: {kind: crash, nodes: [node-2, node-3], at: 1ms}}")]
    [InlineData(Net + "network: {loss: 1%}\nrouting: {retries: 5, timeout: 50ms, on_failure: fail, replicas: 2}")]
    [InlineData(Net + "network: {latency: {distribution: normal, mean: 5ms, stddev: 1ms}}\nrouting: {retries: 5}")] // late is as bad as lost
    [InlineData(Net + "network: {loss: 1%}\nrouting: {on_failure: defer, avoid: {after: 2}, backoff: {factor: 2}, order: arbitrary, pin: {first: 1}}")]
    [InlineData(Net + "network: {latency: 5ms, loss: 1%}\nrouting: {replicas: 2, hedge: {after: 20ms}, redundancy: {wait: 20ms}}")]
    [InlineData(Net + "network: {latency: 5ms}\nrouting: {hedge: {after: 2ms}}")] // sooner than it is acknowledged
    [InlineData(Net + "routing: {replicas: 2, copies: random, order: opportunistic, pin: {last: 1}}")]
    [InlineData(Net + "conditions: {calm: , storm: {network: {loss: 5%}}}\nrouting: {retries: 5}")] // one condition needs it
    [InlineData(Net + "sweep: {network.loss: [0%, 5%], routing.retries: [0, 1]}")]
    [InlineData(Net + "repeats: 3\nnetwork: {loss: 1%}")]
    [InlineData(Some.Minimal + "repeats: 3\nthreads: 4")]
    [InlineData(Some.Minimal + "models: {a: , b: {variant: layerdrop}}\nmodel: {layerdrop: 50%}")]
    [InlineData(Some.Minimal + "models: {a: , b: {init_from: a}}")]
    [InlineData(Some.Minimal + "model: {training: {epochs: 2, checkpoint_steps: 158}}")]
    [InlineData(Net + "conditions: {a: {network: null, faults: null}}")]
    [InlineData(Net + "expect: [{metric: completed, min: 50}, {metric: retries, max: 0}, {metric: completion, min: 100%}]")]
    [InlineData("name: x\nmodel: none\nclock: wall\nworkload: {requests: 50}\ncluster: {nodes: 2, respawn: false, recovery: rehost}\nrouting: {retries: 5}")]
    public void What_does_something_is_not(string text) => Warnings(text).ShouldBeEmpty();

    [Fact]
    public void Scenarios_of_the_repository_have_no_warnings_and_neither_have_their_effective_forms()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml").Order())
        {
            ScenarioLoadResult result = ScenarioLoader.Load(file);
            result.Warnings.Where(warning => warning.KeyPath != "dataset.path").ShouldBeEmpty(string.Join("\n", result.Warnings));
            ScenarioLoader.Parse(result.EffectiveYaml, "s.yaml", "/data").Warnings.Where(warning => warning.KeyPath != "dataset.path").ShouldBeEmpty(file);
        }
    }

    [Fact]
    public void Defaults_that_are_written_out_are_never_warned_about()
    {
        foreach (string text in (string[])[Net, OneByOne, Some.Minimal])
            Warnings(Some.Load(text).EffectiveYaml).ShouldBeEmpty();
    }

    private static string[] Warnings(string text)
    {
        Some.Valid(text);
        return Some.Warnings(text);
    }
}
