using LayerShuffle.EndToEnd.Tests;

namespace LayerShuffle.Swarm.Tests.Planting;

/// <summary>
/// The swarm notices what it is there for: each small mistake, planted in the sources of courier, node, link or books, breaks an invariant in one of the first
/// two thousand scenarios (most of them in the first hundred), in all of which the program without it breaks none.
/// </summary>
public sealed class PlantedFaultTests
{
    private const int Seeds = 2000;

    public static TheoryData<string> Names => [.. PlantedFault.All.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_fault_is_noticed(string name)
    {
        PlantedFault fault = PlantedFault.All.Single(one => one.Name == name);
        Assert.SkipUnless(fault.Always || LongTests.AreWanted, "Some seconds for each of them: set LAYERSHUFFLE_LONG=1.");
        string? found = PlantedWorld.Look(fault, [fault.Seen, .. Enumerable.Range(0, Seeds).Select(seed => (long)seed).Where(seed => seed != fault.Seen)]);
        found.ShouldNotBeNull($"{name} is in none of the first {Seeds} scenarios");
        TestContext.Current.TestOutputHelper?.WriteLine(found);
        FirstFinding.Look([FirstFinding.Seed(found)]).ShouldBeNull("the program without it breaks nothing there");
    }

    /// <summary>Where the sources have changed, the table follows; compiling it is the tests' above.</summary>
    [Fact]
    public void What_is_to_be_changed_stands_once_in_the_sources()
    {
        PlantedFault.All.Select(fault => fault.Name).ShouldBeUnique();
        PlantedFault.All.Count.ShouldBeGreaterThanOrEqualTo(20);
        foreach (PlantedFault fault in PlantedFault.All)
        {
            string text = File.ReadAllText(Path.Combine(Repository.Root, fault.File)).ReplaceLineEndings("\n");
            text.Split(fault.Find).Length.ShouldBe(2, $"{fault.Name}: in {fault.File} this must stand once:\n{fault.Find}");
        }
    }
}
