using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests.Summaries;

/// <summary>Names that are too long for an axis are cut so that those of one sweep stay different.</summary>
public class ShortNameTests
{
    [Theory]
    [InlineData("plain[routing.order=arbitrary]", "plain[routing.order=arbitrary]")]
    [InlineData("plain[routing.order=sequential,network.loss=20%] · a", "plain[order=sequential,loss=20%] · a")]
    [InlineData("v1.2[cluster.nodes=4,network.links[0].loss=0.5%,workload.a=b]", "v1.2[nodes=4,network.links[0].loss=0.5%,a=b]")] // 44 letters
    [InlineData("plain[network.latency=10ms,faults.a.latency=20ms]", "plain[network.latency=…aults.a.latency=20ms]")] // both are a latency
    [InlineData("a name of more than forty letters without any key in it", "a name of more than fo…without any key in it")]
    public void It_is_cut_where_it_says_least(string name, string expected) => ShortName.Of(name, 44).ShouldBe(expected);

    [Fact]
    public void Names_of_a_sweep_of_two_keys_stay_different()
    {
        string[] names = [.. new[] { "sequential", "arbitrary" }.SelectMany(order => new[] { "0%", "2.5%", "20%" }
            .Select(loss => $"a condition with a long name[routing.order={order},network.loss={loss}] · policy"))];
        string[] shown = [.. names.Select(name => ShortName.Of(name, 44))];
        shown.ShouldAllBe(name => name.Length <= 44);
        shown.Distinct().Count().ShouldBe(names.Length);
    }

    [Fact]
    public void No_letter_is_cut_in_two() => ShortName.Of(string.Concat(Enumerable.Repeat("😀", 40)), 44)
        .Replace("…", "", StringComparison.Ordinal).EnumerateRunes().ShouldAllBe(rune => rune.Value == 0x1F600);
}
