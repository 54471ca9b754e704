using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Loading;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>A scenario means the same wherever the machine stands.</summary>
public class CultureTests
{
    /// <summary>Numbers of every kind, and words with an i.</summary>
    private const string Numbers = """
        name: istanbul-i
        dataset: {kind: image-folder, path: images}
        model: {variant: layershuffle-predict, initializer_range: 0.125,
          training: {learning_rate: 1.5e-3, warmup_ratio: 2.5%, lr_scheduler_type: linear, checkpoint_steps: 1000}}
        cluster: {nodes: {INIT: {slowdown: 1.5}, init: }, compute_time: {base: 0.5ms, per_image: 0.25ms}}
        network: {latency: {distribution: normal, mean: 20.5ms, stddev: 1.25ms}, bandwidth: 12.5MiB/s, loss: 2.5%, duplicate: 0.125}
        faults: {i: {kind: crash, nodes: {random: 50%}, at: 1.5s}, I: {kind: slowdown, nodes: [INIT], factor: 2.5, at: 1s}}
        workload: {arrivals: {rate: 12.5/s}, deadline: 2.5s}
        conditions: {idle: {}, IDLE: {network: {loss: 7.5%}}}
        sweep: {network.loss: [0.5%, 12.5%]}
        expect: [{metric: top1, condition: idle, min: 12.5%}]
        """;

    private static readonly string[] Wrong =
    [
        "NETWORK: {loss: 5%}", "network: {LOSS: 5%}", "network: {distribution: NORMAL}", "network: {loss: 1,5%}", "network: {latency: 1,5ms}",
            "network: {latency: 2MİN}",
        "network: {bandwidth: 5mıb/s}", "model: {INITIALIZER_RANGE: 0.1}", "model: {initializer_range: 0,1}", "model: {initializer_range: 1.5}",
            "model: {variant: LAYERSHUFFLE-PREDICT}",
        "model: {architecture: VİT}", "model: {architecture: VIT}", "dataset: {kınd: shapes}", "seed: 1.234.567", "repeats: ١", "trace: ALL", "clock: VIRTUAL",
    ];

    [Theory]
    [MemberData(nameof(Cultures.Names), MemberType = typeof(Cultures))]
    public void Scenarios_mistakes_and_the_schema_are_the_same(string culture)
    {
        string[] expected = Everything();
        expected[0].ShouldContain("20500000"); // nanoseconds of 20.5 ms
        Cultures.Under(culture, Everything).ShouldBe(expected);
    }

    private static string[] Everything()
    {
        ScenarioLoadResult numbers = Some.Load(Numbers, "workload.deadline=3.5s");
        string[] files = Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml");
        return
        [
            Some.Json(numbers.Scenario.ShouldNotBeNull(string.Join("\n", numbers.Mistakes))), numbers.EffectiveYaml, string.Join("\n", numbers.Warnings),
            .. Wrong.Select(line => string.Join("\n", Some.Mistakes(Some.Minimal + line))),
            .. files.Select(file => ScenarioLoader.Load(file).EffectiveYaml),
            JsonSchemaWriter.Write(),
        ];
    }
}
