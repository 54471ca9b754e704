using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>Random histories of the managers, from seeds.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int Planted = 50;
    private static readonly int Count = LongTests.AreWanted ? 100_000 : 500;

    [Fact]
    public void Whatever_happens_layers_have_a_host_or_are_named_nobody_waits_for_ever_and_the_dead_do_not_serve()
    {
        using var world = new VirtualActorSystem();
        long began = TimeProvider.System.GetTimestamp();
        List<string> wrong = [];
        int refused = 0;
        for (int seed = 0; seed < Count && wrong.Count < 3; seed++)
        {
            var history = new History(world, seed);
            if (history.Run() is { } what)
                wrong.Add($"seed {seed}: {what}");
            refused += history.IsRefused ? 1 : 0;
        }

        output.WriteLine($"{Count / TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} histories a second, {refused} never began");
        wrong.ShouldBeEmpty(string.Join("\n\n", wrong));
        refused.ShouldBeLessThan(Count / 20);
    }

    [Fact]
    public void An_event_that_is_told_before_its_cause_is_found()
    {
        using var world = new VirtualActorSystem();
        int[] found = [.. Enumerable.Range(0, Planted).Where(seed => new History(world, seed, plant: true).Run()?.Contains("Called dead while it lives",
            StringComparison.Ordinal) == true)];
        output.WriteLine($"{found.Length} of {Planted}");
        found.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_history_repeats()
    {
        using var world = new VirtualActorSystem();
        for (int seed = 0; seed < 20; seed++)
        {
            History first = new(world, seed);
            first.Run();
            string account = first.Account();
            History again = new(world, seed);
            again.Run();
            again.Account().ShouldBe(account);
        }
    }
}
