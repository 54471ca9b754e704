using System.Reflection;
using LayerShuffle.Core.Trials;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Where one record is made from another, no member is forgotten: each reaches the other one, or is named here with where it goes.</summary>
public sealed class TwinRecordTests
{
    [Fact]
    public void A_trial_has_all_of_its_variant()
    {
        const string Two = """
            name: two
            seed: 9
            trace: 17
            model: {architecture: none, num_hidden_layers: 3}
            cluster: {nodes: 3, compute_time: 2ms}
            network: {latency: 5ms, loss: 1%}
            faults: {outage: {kind: crash, nodes: [node-2], at: 1s}}
            routing: {timeout: 40ms, retries: 2}
            workload: {requests: 5}
            sweep: {network.loss: [1%, 2%]}
            """;
        // These make the trial's name; the rest of it is what it meets.
        string[] named = [nameof(TrialVariant.Condition), nameof(TrialVariant.Policy)];
        string[] forResults = [nameof(TrialVariant.BaseCondition), nameof(TrialVariant.SweepValues), nameof(TrialVariant.SweepNumbers)];
        foreach (PlannedTrial planned in ScenarioExpander.Plan(Some.Load(Two).Scenario!))
        {
            foreach (PropertyInfo member in typeof(TrialVariant).GetProperties().Where(member => !forResults.Contains(member.Name)))
            {
                object target = named.Contains(member.Name) ? planned.Spec.Key : planned.Spec;
                PropertyInfo twin = target.GetType().GetProperty(member.Name)
                    ?? throw new InvalidOperationException($"TrialVariant.{member.Name} does not reach a trial: add it to TrialSpec and ScenarioExpander.");
                twin.GetValue(target).ShouldBeSameAs(member.GetValue(planned.Variant), member.Name);
            }
        }

        // And nothing of a trial comes from nowhere: these are of the scenario and of the model.
        string[] others = [nameof(TrialSpec.Key), nameof(TrialSpec.Seed), nameof(TrialSpec.LayerBytes), nameof(TrialSpec.TraceRequests)];
        typeof(TrialSpec).GetProperties().Where(member => member.CanWrite).Select(member => member.Name).Except(others)
            .ShouldBeSubsetOf(typeof(TrialVariant).GetProperties().Select(member => member.Name));
        PlannedTrial last = ScenarioExpander.Plan(Some.Load(Two).Scenario!)[^1];
        (last.Spec.Key.Trial, last.Spec.Seed, last.Spec.TraceRequests).ShouldBe((1, 9, 17));
    }

    [Fact]
    public void What_a_scenario_says_of_a_model_is_said_by_its_description_alone()
    {
        string[] own =
        [
            nameof(ModelSpec.Name), nameof(ModelSpec.IsNetworkOnly), nameof(ModelSpec.Config), nameof(ModelSpec.InitFrom), nameof(ModelSpec.Checkpoint),
            nameof(ModelSpec.Training),
        ];
        foreach (PropertyInfo member in typeof(ModelSpec).GetProperties().Where(member => member.CanWrite && !own.Contains(member.Name)))
        {
            var model = new ModelSpec { Name = "m" };
            object value = member.GetValue(model)! switch
            {
                int number => number + 3,
                double number => number + 0.125,
                bool flag => !flag,
                string when member.Name == nameof(ModelSpec.Architecture) => "deit",
                string => "layerdrop",
                { } other => throw new InvalidOperationException($"ModelSpec.{member.Name} is a {other.GetType().Name}: say here what else it may be."),
            };
            member.SetValue(model, value);
            model.Config.ShouldNotBe(new VitConfig(), $"ModelSpec.{member.Name} must change the model's Config");
            new ModelSpec { Name = "m", Config = model.Config }.ShouldBe(model, $"ModelSpec.{member.Name} must be kept by Config alone");
        }
    }
}
