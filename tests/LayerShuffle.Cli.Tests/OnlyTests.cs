using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary><c>--only</c>: a part of a scenario, with the numbers and the luck of the whole.</summary>
public class OnlyTests
{
    private const string Scenario = """
        name: tiny
        seed: 5
        model: {architecture: none, num_hidden_layers: 4, hidden_size: 32, image_size: 32, patch_size: 8}
        models: {small: {}, large: {num_hidden_layers: 6}}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms, loss: 5%}
        routing: {timeout: 40ms}
        policies: {skip: {retries: 0}, retry: {retries: 3}}
        workload: {requests: 60, deadline: 2s}
        conditions: {calm: {network: {loss: 1%}}, rough: {}}
        sweep: {network.latency: [5ms, 7ms], routing.order: [sequential, arbitrary]}
        expect:
          - {metric: completion, condition: calm, min: 1%}
          - {metric: completion, condition: rough, min: 1%}
          - {metric: completion, model: small, condition: calm, min: 50%, of: {condition: rough}}
        """;

    [Theory]
    [InlineData(8, "condition=rough,policy=retry")]
    [InlineData(8, "condition=rough", "policy=retry")]
    [InlineData(16, "model=small,large,condition=calm")]
    [InlineData(2, "condition=calm[network.latency=7ms,routing.order=arbitrary],model=large")]
    public void Rows_of_a_part_are_those_of_the_whole(int parts, params string[] only)
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("whole")).ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        string[] options = ["run", scenario, "--output", cli.At("part"), .. only.SelectMany(option => (string[])["--only", option])];
        cli.Run(options).ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        string[] whole = File.ReadAllLines(cli.At("whole/conditions.csv")), part = File.ReadAllLines(cli.At("part/conditions.csv"));
        (part.Length - 1).ShouldBe(parts);
        part.ShouldBeSubsetOf(whole);
        File.ReadAllLines(cli.At("part/requests.csv")).ShouldBeSubsetOf(File.ReadAllLines(cli.At("whole/requests.csv")));
        cli.Run("run", scenario, "--resume", cli.At("part")).ShouldBe(ExitCodes.Done, cli.Error);
        File.ReadAllLines(cli.At("part/conditions.csv")).ShouldBe(whole, ignoreOrder: true);
    }

    [Fact]
    public void What_is_left_out_is_not_judged()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("a"), "--only", "condition=calm").ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        cli.Output.ShouldContain("holds  small / skip / calm[network.latency=5ms,routing.order=sequential]: completion is 1");
        cli.Output.ShouldContain("not judged  --only condition=calm leaves out what it needs  [{metric:completion,condition:rough,min:1%}]");
        cli.Output.ShouldContain("not judged  small / skip / calm[network.latency=5ms,routing.order=sequential]: --only condition=calm leaves out");
        cli.Output.ShouldNotContain("FAILS");
        File.ReadAllText(cli.At("a/run.json")).ShouldContain("\"only\": \"condition=calm\"");
    }

    [Fact]
    public void A_folder_that_is_resumed_for_a_part_still_counts_all_that_it_holds()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario);
        cli.Run("run", scenario, "--output", cli.At("a"), "--only", "model=small").ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        Record("\"only\": \"model=small\"", "\"trials_done\": 16", "\"trials\": 16");
        cli.Run("run", scenario, "--resume", cli.At("a"), "--only", "condition=calm").ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        Record("\"only\": \"condition=calm\"", "\"trials_done\": 24", "\"trials\": 24");
        cli.Run("run", scenario, "--resume", cli.At("a")).ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        cli.Run("run", scenario, "--resume", cli.At("a"), "--only", "policy=retry").ShouldBe(ExitCodes.Done, cli.Error + cli.Output);
        Record("\"only\": null", "\"trials_done\": 32", "\"trials\": 32");

        void Record(params string[] parts)
        {
            string run = File.ReadAllText(cli.At("a/run.json")), results = File.ReadAllText(cli.At("a/results.json"));
            foreach (string part in parts)
                run.ShouldContain(part);
            foreach (string part in parts[1..])
                results.ShouldContain(part);
        }
    }

    [Fact]
    public void What_is_run_still_fails()
    {
        using var cli = new Cli();
        string scenario = cli.Write("tiny.yaml", Scenario.Replace("condition: calm, min: 1%", "condition: calm, max: 1%", StringComparison.Ordinal));
        cli.Run("run", scenario, "--output", cli.At("a"), "--only", "condition=calm").ShouldBe(ExitCodes.ExpectationFailed, cli.Error);
        cli.Run("run", scenario, "--output", cli.At("b"), "--only", "condition=rough").ShouldBe(ExitCodes.Done, cli.Error);
    }

    [Theory]
    [InlineData("condition=rogh", "--only condition=rogh: the scenario has no such condition; it has calm, rough; did you mean `rough`?")]
    [InlineData("policy=retri", "--only policy=retri: the scenario has no such policy; it has skip, retry; did you mean `retry`?")]
    [InlineData("model=medium", "--only model=medium: the scenario has no such model; it has small, large")]
    [InlineData("conditon=rough", "--only conditon=rough: expected condition=NAME, policy=NAME, model=NAME or training_seed=N; did you mean `condition`?")]
    [InlineData("rough", "--only rough: expected condition=NAME, policy=NAME, model=NAME or training_seed=N")]
    [InlineData("condition=", "--only condition=: the scenario has no such condition; it has calm, rough")]
    public void Unknown_names_are_answered_with_the_nearest(string only, string answer)
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("tiny.yaml", Scenario), "--output", cli.At("a"), "--only", only).ShouldBe(ExitCodes.Invalid);
        cli.Error.Trim().ShouldEndWith(answer[^1] == '?' ? answer : answer + ".");
        Directory.Exists(cli.At("a")).ShouldBeFalse();
    }

    [Fact]
    public void The_number_of_swept_values_and_the_bare_condition_have_columns()
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("tiny.yaml", Scenario), "--output", cli.At("a"), "--only", "condition=calm,policy=retry,model=small")
            .ShouldBe(ExitCodes.Done, cli.Error);
        File.ReadLines(cli.At("a/conditions.csv")).First()
            .ShouldContain(",scenario,seed,network_latency,routing_order,network_latency_value,routing_order_value,base_condition,requests,");
        File.ReadAllText(cli.At("a/conditions.csv")).ShouldContain(",tiny,5,7ms,arbitrary,0.007,,calm,60,");
        File.ReadAllText(cli.At("a/summary.csv")).ShouldContain("\"calm[network.latency=5ms,routing.order=sequential]\",5ms,sequential,0.005,,calm,1,1,60,");
    }

    [Fact]
    public void The_keys_of_the_language_can_be_printed()
    {
        using var cli = new Cli();
        cli.Run("schema", "--table").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("| `models.NAME.checkpoint` | path |");
        cli.Run("run", "--help").ShouldBe(ExitCodes.Done);
        cli.Output.ShouldContain("schema --table");
        cli.Output.ShouldContain("--only");
    }
}
