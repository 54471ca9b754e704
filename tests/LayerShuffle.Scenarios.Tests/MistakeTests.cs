namespace LayerShuffle.Scenarios.Tests;

public class MistakeTests
{
    /// <summary>
    /// Each text follows two lines: the name and the dataset. What is listed is file:line:column, the key's path and the beginning of the message.
    /// </summary>
    [Theory]
    [InlineData("nam: y", "3:1: nam: unknown key `nam`")]
    [InlineData("network: {bandwith: 5Mbps}", "3:11: network.bandwith: unknown key `bandwith`", "did you mean `bandwidth`?")]
    [InlineData("network: {latency: 20}", "3:20: network.latency: a bare number where a unit is needed", "a duration such as `20ms`")]
    [InlineData("network: {loss: 120%}", "3:17: network.loss: a probability of 120% is impossible")]
    [InlineData("network: {loss: 1}", "3:17: network.loss: a bare probability lies in [0, 1)")]
    [InlineData("network: {loss: [1%]}", "3:17: network.loss: a list where something else belongs")]
    [InlineData("network: {bandwidth: 100}", "3:22: network.bandwidth: a bare number where a unit is needed")]
    [InlineData("network: 5", "3:10: network: `5` where a map of network settings belongs")]
    [InlineData("network: {loss: {model: gilbert-elliott}}", "3:11: network.loss.p: missing key `p`")]
    [InlineData("network: {loss: {model: gilbert}}", "3:25: network.loss.model: unknown word `gilbert`")]
    [InlineData("network: {loss: {model: markov, p13: 60%, p31: 10%, p14: 50%}}", "3:58: network.loss.p14: `p13` and `p14` are more than 100% together")]
    [InlineData("network: {loss: {model: markov, p13: 1%, p31: 60%, p32: 50%}}", "3:57: network.loss.p32: `p31` and `p32` are more than 100% together")]
    [InlineData("network: {latency: {distribution: normal, mean: 5ms, stddev: 1ms, correlation: 100%}}",
        "3:80: network.latency.correlation: a correlation of 100% would repeat the first draw for ever; expected less than 100%")]
    [InlineData("network: {latency: {distribution: empirical}}",
        "3:20: network.latency: an empirical distribution without data; expected `quantiles`, or a `file`")]
    [InlineData("network: {latency: {distribution: empirical, quantiles: [[0%, 5ms], [50%, 9ms]]}}",
        "3:57: network.latency.quantiles: quantiles run from 0% to 100%")]
    [InlineData("network: {latency: {distribution: empirical, quantiles: [[0%, 5ms], [100%, 4ms]]}}",
        "3:57: network.latency.quantiles: the values of quantiles do not fall from one to the next")]
    [InlineData("network: {latency: {distribution: empirical, quantiles: [[0%, 5], [100%, 9ms]]}}",
        "3:58: network.latency.quantiles[0]: a bare number where a unit is needed; expected a pair such as `[50%, 9ms]`")]
    [InlineData("network: {latency: {distribution: empirical, file: none.csv}}", "3:52: network.latency.file: /data/none.csv cannot be read: ")]
    [InlineData("network: {bandwidth: 5mbps}", "3:22: network.bandwidth: unknown unit `mbps`; did you mean `Mbps`?")]
    [InlineData("network: {bandwidth: 1MB/s, queue: {limit: 0}}", "3:44: network.queue.limit: ")]
    [InlineData("network: {bandwidth: 1MB/s, queue: {drop: tail}}", "3:29: network.queue.limit: missing key `limit`")]
    [InlineData("network: {latency: 5ms, reorder: {probability: 5%, gap: 0}}", "3:57: network.reorder.gap: 0 is too small")]
    [InlineData("network: {latency: {distribution: normal, mean: 5ms}}", "3:11: network.latency.stddev: missing key `stddev`")]
    [InlineData("network: {latency: {distribution: constant, mean: 5ms, correlation: 5%}}",
        "3:56: network.latency.correlation: unknown key `correlation`; expected one of distribution, mean, min, max")]
    [InlineData("network: {latency: {mean: 5ms}}", "3:11: network.latency.distribution: missing key `distribution`")]
    [InlineData("network: {latency: {distribution: uniform, min: 5ms, max: 2ms}}", "3:49: network.latency.min: `min` 5ms is greater than `max` 2ms")]
    [InlineData("network: {latency: {distribution: pareto, mean: 0ms, stddev: 1ms}}",
        "3:49: network.latency.mean: the mean of a pareto distribution must be greater than 0")]
    [InlineData("network: {links: [{from: node-1, to: node-7, loss: 5%}]}", "3:38: network.links[0].to: there is no endpoint `node-7`")]
    [InlineData("network: {links: [{from: node-1, loss: 5%}]}", "3:19: network.links[0].to: missing key `to`")]
    [InlineData("network: {links: [{from: node-1, to: node-1, loss: 5%}]}", "3:38: network.links[0].to: a link from `node-1` to itself")]
    [InlineData("clock: walk", "3:8: clock: unknown word `walk`", "did you mean `wall`?")]
    [InlineData("cluster: {wire: fp8}", "3:17: cluster.wire: unknown word `fp8`", "`bf16` or `int8`")]
    [InlineData("cluster: {recovery: rehouse}", "3:21: cluster.recovery: unknown word `rehouse`", "did you mean `rehost`?")]
    [InlineData("cluster: {recovery: rehost, recovery_time: 5}",
        "3:44: cluster.recovery_time: a bare number where a unit is needed; expected a duration such as `20ms`")]
    [InlineData("cluster: {respawn: 1}", "3:20: cluster.respawn: `1` is not true or false")]
    [InlineData("network: {membership: lossy}",
        "3:23: network.membership: there is no Akka.Cluster on the virtual clock whose gossip could be lost; expected `reliable`, or `clock: wall`")]
    [InlineData("network: {membership: reliably}", "3:23: network.membership: unknown word `reliably`", "`reliable` or `lossy`")]
    [InlineData("cluster: {membership: {stable_after: 2s}}",
        "3:23: cluster.membership: there is no Akka.Cluster on the virtual clock; expected no `membership`, or `clock: wall`")]
    [InlineData("clock: wall\ncluster: {membership: {stable_after: 100us}}", "4:38: cluster.membership.stable_after: 100us is too small")]
    [InlineData("clock: wall\ncluster: {membership: {acceptable_pause: 2s}}", "4:24: cluster.membership.acceptable_pause: unknown key `acceptable_pause`")]
    [InlineData("clock: wall\nconditions: {a: , b: {cluster: {membership: {stable_after: 2s}}}}",
        "4:45: conditions.b.cluster.membership: members are given 20000ms and 2000ms here and 20000ms and 10000ms elsewhere: on the wall clock all trials run "
            + "on the same processes", "the same `membership` in all conditions")]
    [InlineData("clock: wall\nmodel: {training: {faults: {f: 1}}}", "4:28: model.training.faults: a map where a single value belongs")]
    [InlineData("faults: {f: {kind: pause, nodes: node-2, at: 1s}}", "3:34: faults.f.nodes: there is no node `node-2`")]
    [InlineData("faults: {f: {kind: pause, nodes: all, at: 1s, for: 0s}}", "3:52: faults.f.for: 0s is too small")]
    [InlineData("faults: {f: {kind: pause, nodes: all}}", "3:10: faults.f.at: missing key `at`")]
    [InlineData("faults: {f: {kind: pause, nodes: all, at: 1s, restart_after: 2s}}", "3:47: faults.f.restart_after: unknown key `restart_after`")]
    [InlineData("clock: wall\ncluster: {nodes: 2}\nconditions: {a: , b: {cluster: {nodes: {x: {}, y: {}}}}}",
        "5:40: conditions.b.cluster.nodes: the nodes are x, y here and node-1, node-2 elsewhere: on the wall clock all trials run on the same processes",
        "the same names in all conditions, or the first of them")]
    [InlineData("clock: wall\ncluster: {nodes: {x: , y: }}\nconditions: {a: {cluster: {nodes: {x: null}}}, b: }",
        "4:18: cluster.nodes: the nodes are x, y here and y elsewhere")]
    [InlineData("model: {initializer_range: 0}", "3:28: model.initializer_range: 0 is too small")]
    [InlineData("model: {initializer_range: 1.5}", "3:28: model.initializer_range: 1.5 is too large")]
    [InlineData("model: {training: {checkpoint_epochs: -1}}", "3:39: model.training.checkpoint_epochs: -1 is too small")]
    [InlineData("model: {training: {checkpoint_steps: 0.5}}", "3:38: model.training.checkpoint_steps: ")]
    [InlineData("routing: {order: oportunistic}", "3:18: routing.order: unknown word `oportunistic`")]
    [InlineData("routing: {copies: slowest}", "3:19: routing.copies: unknown word `slowest`")]
    [InlineData("routing: {avoid: {after: 0, for: 0s}}", "3:26: routing.avoid.after: 0 is too small", "3:34: routing.avoid.for: 0s is too small")]
    [InlineData("routing: {on_failure: deffer}", "3:23: routing.on_failure: unknown word `deffer`")]
    [InlineData("routing: {hedge: {after: p0}}", "3:26: routing.hedge.after: ")]
    [InlineData("routing: {hedge: {after: 0ms}}", "3:26: routing.hedge.after: 0ms is too small")]
    [InlineData("routing: {hedge: {}}", "3:11: routing.hedge.after: missing key `after`")]
    [InlineData("routing: {parallel: 0}", "3:21: routing.parallel: 0 is too small")]
    [InlineData("routing: {parallel: 2, order: opportunistic}", "3:21: routing.parallel: an opportunistic order is chosen on the way")]
    [InlineData("routing: {parallel: 2, on_failure: defer}", "3:21: routing.parallel: a layer that runs beside others cannot be deferred")]
    [InlineData("routing: {parallel: 2, replicas: 2, copies: fastest}", "3:21: routing.parallel: each sender would choose a copy for itself")]
    [InlineData("network: {nan_guard: true}\nrouting: {parallel: 2}", "3:22: network.nan_guard: a layer that runs beside others hands nothing on")]
    [InlineData("routing: {redundancy: {paths: 0}}", "3:31: routing.redundancy.paths: 0 is too small")]
    [InlineData("routing: {redundancy: {combine: mean}}", "3:33: routing.redundancy.combine: unknown word `mean`")]
    [InlineData("routing: {detection: {detector: theta}}", "3:33: routing.detection.detector: unknown word `theta`")]
    [InlineData("routing: {detection: {detector: delay, threshold: 8}}", "3:11: routing.detection.delay: missing key `delay`",
        "3:40: routing.detection.threshold: ")]
    [InlineData("routing: {detection: {detector: phi, threshold: 0}}", "3:49: routing.detection.threshold: 0 is too small")]
    [InlineData("clock: wall\nrouting: {detection: {detector: phi}}", "4:22: routing.detection: on the wall clock processes do not suspect each other")]
    [InlineData("routing: {backoff: {factor: 0.5}}", "3:29: routing.backoff.factor: 0.5 is too small")]
    [InlineData("routing: {pin: {first: 5, last: 4}}", "3:16: routing.pin: 9 pinned layers, where model `default` has 8")]
    [InlineData("routing: {order: [0, 8]}", "3:22: routing.order[1]: there is no layer 8 in model `default`")]
    [InlineData("routing: {order: [1, 1]}", "3:22: routing.order[1]: layer 1 stands twice in the list")]
    [InlineData("routing: {prune: {layers: 8}}", "3:27: routing.prune.layers: 8 pruned layers of 8 leave none")]
    [InlineData("routing: {prune: {layers: 1, choose: [1, 2]}}", "3:27: routing.prune.layers: `layers` says 1 where `choose` lists 2")]
    [InlineData("routing: {replicas: 3}\ncluster: {nodes: 2}", "3:21: routing.replicas: 3 replicas on 2 nodes")]
    [InlineData("routing: {timeout: 0s}", "3:20: routing.timeout: 0s is too small")]
    [InlineData("routing: {retries: -1}", "3:20: routing.retries: -1 is too small")]
    [InlineData("cluster: {nodes: 2, placement: {node-1: [0,1,2,3], node-2: [4,5,6,7,0]}}", "3:69: cluster.placement.node-2[4]: layer 0 is placed 2 times")]
    [InlineData("cluster: {nodes: 2, placement: {node-1: [0,1,2,3], node-2: [4,5,6]}}", "3:32: cluster.placement: no node hosts layer 7 of model `default`")]
    [InlineData("cluster: {nodes: 1, placement: {node-1: [0,1,2,3,4,5,6,7], node-2: [8]}}", "3:60: cluster.placement.node-2: there is no node `node-2`",
        "there is no layer 8")]
    [InlineData("cluster: {compute_time: {distribution: normal, mean: 3ms, stddev: 1ms, correlation: 5%}}",
        "3:72: cluster.compute_time.correlation: `correlation` is not supported yet")]
    [InlineData("cluster: {nodes: {a: {uplink: 5}}}", "3:31: cluster.nodes.a.uplink: a bare number where a unit is needed")]
    [InlineData("cluster: {nodes: {all: {}}}", "3:19: cluster.nodes.all: `all` cannot be the name of a node")]
    [InlineData("cluster: {nodes: {a: {capacity: 0}}}", "3:33: cluster.nodes.a.capacity: 0 is too small")]
    [InlineData("cluster: {nodes: {a: {memory: 5}}}",
        "3:31: cluster.nodes.a.memory: a bare number where a unit is needed; expected a size such as `2GB` or `512MiB`")]
    [InlineData("cluster: {nodes: {a: {memory: 5GBps}}}", "3:31: cluster.nodes.a.memory: unknown unit `GBps`")]
    [InlineData("cluster: {nodes: {a: {memory: -5GB}}}", "3:31: cluster.nodes.a.memory: a size cannot be negative")]
    [InlineData("cluster: {placement: capacty}", "3:22: cluster.placement: unknown word `capacty`", "did you mean `capacity`?")]
    [InlineData("cluster: {nodes: {a: {memory: 1MB}, b: {}}}",
        "3:31: cluster.nodes.a.memory: a may host 1 MB, but is given 4 layers of 447.4 KB each (model `default`); expected `memory` of 1.8 MB there, or "
            + "another placement")]
    [InlineData("cluster: {nodes: {a: {}, b: {memory: 1KB}}, placement: {a: [0, 1, 2, 3, 4, 5, 6], b: [7]}}",
        "3:38: cluster.nodes.b.memory: b may host 1 KB, but is given a layer of 447.4 KB (model `default`)")]
    [InlineData("cluster: {nodes: {a: {memory: 1MB}, b: {memory: 2MB}}, placement: capacity}",
        "3:67: cluster.placement: layer 6 (447.4 KB) has no room on any node (model `default`); expected more `memory` or more nodes")]
    [InlineData("clock: wall\ncluster: {nodes: {a: {memory: 5MB}, b: {}}}",
        "4:31: cluster.nodes.a.memory: a may host 5 MB, but is given 4 layers of 1.8 MB each (training model `default` takes 4 times its weights)")]
    [InlineData("conditions: {c: , d: {cluster: {nodes: {a: {memory: 0B}}}}}",
        "3:53: conditions.d.cluster.nodes.a.memory: a may host 0 B, but is given 8 layers of 447.4 KB each (model `default`) "
            + "(condition `d`, policy `default`)")]
    [InlineData("cluster: {nodes: {}}", "3:18: cluster.nodes: a cluster without nodes")]
    [InlineData("cluster: {nodes: 0}", "3:18: cluster.nodes: 0 is too small")]
    [InlineData("faults: {a: {kind: crash, nodes: [node-9], at: 0s}}", "3:35: faults.a.nodes[0]: there is no node `node-9`")]
    [InlineData("faults: {a: {kind: crash, nodes: [coordinator], at: 0s}}", "3:35: faults.a.nodes[0]: the coordinator is not a node")]
    [InlineData("faults: {a: {kind: crash, nodes: all}}", "3:10: faults.a.at: missing key `at`")]
    [InlineData("faults: {a: {kind: crsh, nodes: all, at: 0s}}", "3:20: faults.a.kind: unknown word `crsh`", "did you mean `crash`?")]
    [InlineData("faults: {a: {kind: churn, nodes: all, mean_time_to_failure: 1s}}", "3:10: faults.a.mean_time_to_repair: missing key `mean_time_to_repair`")]
    [InlineData("faults: {a: {nodes: all}}", "3:10: faults.a.kind: missing key `kind`")]
    [InlineData("faults: {a: {kind: crash, nodes: {random: 5}, at: 0s}}", "3:43: faults.a.nodes.random: 5 random nodes of 1")]
    [InlineData("faults: {a: {kind: crash, nodes: {random: 0%}, at: 0s}}", "3:43: faults.a.nodes.random: a share of nothing")]
    [InlineData("faults: {a: {kind: slowdown, nodes: all, factor: 0, at: 0s}}", "3:50: faults.a.factor: 0 is too small")]
    [InlineData("faults: {a: {kind: partition, groups: [[node-1], [node-1]], at: 0s}}", "3:51: faults.a.groups[1][0]: `node-1` stands in the groups twice")]
    [InlineData("workload: {arrivals: {rate: 50}}", "3:29: workload.arrivals.rate: a bare number where a unit is needed")]
    [InlineData("workload: {arrivals: {rate: 50/s, concurrency: 2}}", "3:29: workload.arrivals.rate: `rate` and `concurrency` exclude each other")]
    [InlineData("workload: {arrivals: {process: uniform}}", "3:32: workload.arrivals.process: `process` needs a `rate`")]
    [InlineData("model: {training: {precision: fp16}}", "3:31: model.training.precision: `fp16` is not supported yet")]
    [InlineData("model: {training: {select: best}}", "3:28: model.training.select: the best epoch is the best on validation images", "`validation: 10%`")]
    [InlineData("models: {a: {training: {distillation: {weight: 30%}}}}",
        "3:39: models.a.training.distillation: nobody teaches `a`: it starts from no trained")]
    [InlineData("models: {a: {training: {early_stopping: 3}}}", "3:41: models.a.training.early_stopping: training is stopped by the accuracy on validation")]
    [InlineData("model: {training: {validation: 100%}}", "3:32: model.training.validation: all training images are set aside")]
    [InlineData("model: {training: {preset: reference}}", "3:28: model.training.preset: unknown word `reference`")]
    [InlineData("model: {training: {order: progressive}}", "3:27: model.training.order: `progressive` is not supported yet")]
    [InlineData("model: {hidden_size: 100}", "3:22: model.hidden_size: 3 heads do not divide a hidden_size of 100")]
    [InlineData("model: {patch_size: 5}", "3:21: model.patch_size: patches of 5 do not divide an image_size of 32")]
    [InlineData("models: {a: {init_from: b}}", "3:25: models.a.init_from: there is no model `b`")]
    [InlineData("models: {a: {init_from: a}}", "3:25: models.a.init_from: model `a` starts from itself (a → a)")]
    [InlineData("models: {a: {}, b: {init_from: a, num_hidden_layers: 4}}", "3:32: models.b.init_from: model `a` has another shape than `b`")]
    [InlineData("models: {a: {variant: layershufle}}", "3:23: models.a.variant: unknown word `layershufle`", "did you mean `layershuffle`?")]
    [InlineData("conditions: {a: {model: {hidden_size: 5}}}", "3:18: conditions.a.model: `model` cannot be changed here")]
    [InlineData("conditions: {a: {dataset: {test: 5}}}", "3:18: conditions.a.dataset: `dataset` cannot be changed here")]
    [InlineData("conditions: {a: {network: {loss: 120%}}}", "3:34: conditions.a.network.loss: a probability of 120% is impossible")]
    [InlineData("conditions: {a: {network: {los: null}}}", "3:28: conditions.a.network.los: unknown key `los`")]
    [InlineData("conditions: {a: {netwrk: {}}}", "3:18: conditions.a.netwrk: unknown key `netwrk`", "did you mean `network`?")]
    [InlineData("policies: {a: {network: {loss: 5%}}}", "3:16: policies.a.network: `network` cannot be changed here")]
    [InlineData("policies: {a: {retrys: 5}}", "3:16: policies.a.retrys: unknown key `retrys`", "did you mean `retries`?")]
    [InlineData("sweep: {network.los: [5%]}", "3:9: sweep.network.los: unknown key `los` in `network.los`", "did you mean `network.loss`?")]
    [InlineData("sweep: {model.hidden_size: [5]}", "3:9: sweep.model.hidden_size: `model` cannot be swept")]
    [InlineData("sweep: {dataset.test: [5]}", "3:9: sweep.dataset.test: `dataset` cannot be swept")]
    [InlineData("sweep: {network.loss: 5%}", "3:23: sweep.network.loss: `5%` where a list of values belongs")]
    [InlineData("sweep: {network.loss: []}", "3:23: sweep.network.loss: an empty list where a list of values belongs")]
    [InlineData("sweep: {network.loss: [5%, 130%]}", "3:28: sweep.network.loss[1]: a probability of 130% is impossible")]
    [InlineData("sweep: {network.loss: [5%, 5%]}", "3:28: sweep.network.loss[1]: `5%` is swept twice")]
    [InlineData("expect: [{metric: top11, min: 5%}]", "3:19: expect[0].metric: unknown word `top11`", "did you mean `top1`?")]
    [InlineData("expect: [{metric: top1}]", "3:10: expect[0]: an expectation without a bound")]
    [InlineData("expect: [{metric: top1, min: 5}]", "3:30: expect[0].min: a bare probability of 5 is impossible")]
    [InlineData("expect: [{metric: latency_p99_ms, max: 5}]", "3:40: expect[0].max: a bare number where a unit is needed")]
    [InlineData("expect: [{metric: top1, model: x, min: 5%}]", "3:32: expect[0].model: there is no model `x`")]
    [InlineData("expect: [{metric: top1, condition: x, min: 5%}]", "3:36: expect[0].condition: there is no condition `x`")]
    [InlineData("expect: [{metric: top1, policy: x, min: 5%}]", "3:33: expect[0].policy: there is no policy `x`")]
    [InlineData("expect: [{metric: top1, where: {network.loss: 5%}, min: 5%}]", "3:33: expect[0].where.network.loss: `network.loss` is not swept")]
    [InlineData("expect: [{metric: top1, where: {network.loss: 7%}, min: 5%}]\nsweep: {network.loss: [5%]}",
        "3:47: expect[0].where.network.loss: `network.loss` never is `7%`")]
    [InlineData("expect: [{metric: top1, min: 5%, of: {model: x}}]", "3:46: expect[0].of.model: there is no model `x`")]
    [InlineData("trace: some", "3:8: trace: `some` is not a whole number")]
    [InlineData("threads: 0", "3:10: threads: 0 is too small")]
    [InlineData("seed: x", "3:7: seed: `x` is not a whole number")]
    public void Says_where_and_what(string text, string mistake, string also = "")
    {
        string[] mistakes = Some.Mistakes("name: x\ndataset: {kind: shapes}\n" + text + "\n");
        mistakes.ShouldNotBeEmpty();
        mistakes[0].ShouldStartWith("s.yaml:" + mistake);
        string.Join("\n", mistakes).ShouldContain(also);
        mistakes.Length.ShouldBeLessThanOrEqualTo(2, string.Join("\n", mistakes));
    }

    [Theory]
    [InlineData("dataset: {kind: shapes}", "s.yaml:1:1: name: missing key `name`")]
    [InlineData("name: Big_Name\ndataset: {kind: shapes}", "s.yaml:1:7: name: `Big_Name` is not possible here; expected a name of a-z, 0-9 and `-`")]
    [InlineData("name: x", "s.yaml:1:1: dataset: missing key `dataset`")]
    [InlineData("name: x\ndataset: {kind: cifar10}", "s.yaml:2:1: dataset.path: missing key `path`")]
    [InlineData("name: x\ndataset: {test: 5}", "s.yaml:2:1: dataset.kind: missing key `kind`")]
    [InlineData("name: x\nmodel: none", "s.yaml:1:1: workload.requests: missing key `requests`")]
    [InlineData("name: x\nmodel: none\nworkload: {requests: 5}\nexpect: [{metric: top1, min: 5%}]",
        "s.yaml:4:19: expect[0].metric: `top1` is blank with `model: none`")]
    public void What_is_missing(string text, string mistake) => Some.Mistakes(text).ShouldHaveSingleItem().ShouldStartWith(mistake);

    [Fact]
    public void All_mistakes_are_reported_at_once() =>
        Some.Mistakes("name: x\ndataset: {kind: shapes}\nnetwork: {loss: 120%, latency: 5, los: 1%}\nrouting: {retries: x}\nbogus: 1\n").Length.ShouldBe(5);

    [Fact]
    public void A_mistake_that_only_a_combination_makes_names_it() =>
        Some.Mistakes(Some.Minimal + "cluster: {nodes: 4}\nconditions: {wide: {}, small: {cluster: {nodes: 1}}}\npolicies: {spare: {replicas: 2}}\n")
            .ShouldHaveSingleItem()
            .ShouldStartWith("s.yaml:5:30: policies.spare.replicas: 2 replicas on 1 node (condition `small`, policy `spare`); expected");

    [Fact]
    public void Settings_of_the_command_line_are_where_they_came_from() =>
        Some.Mistakes(Some.Minimal, "network.loss=120%", "foo", "netwrk.loss=1%").ShouldBe(
        [
            "--set foo: foo: not a setting; expected KEY=VALUE with a dotted key, such as network.loss=5%",
            "--set netwrk.loss: netwrk: unknown key `netwrk`; expected one of name, description, seed, repeats, clock, threads, dataset, model, models, "
                + "cluster, network, faults, routing, policies, workload, reliability, conditions, sweep, trace, probes, objective, expect; "
                + "did you mean `network`?",
            "--set network.loss: network.loss: a probability of 120% is impossible; expected a probability such as `5%` or `0.05`, or a map with `model`: "
                + "bernoulli | gilbert-elliott | markov",
        ]);
}
