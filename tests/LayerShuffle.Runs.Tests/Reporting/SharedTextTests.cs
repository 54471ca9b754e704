using LayerShuffle.Runs.Reporting;

namespace LayerShuffle.Runs.Tests.Reporting;

public sealed class SharedTextTests
{
    private static readonly SharedText Text = new(new Dictionary<string, string>
    {
        ["/data/sets/cifar"] = "../cifar",
        ["/data/sets/cifar/weights"] = "weights",
        ["/data/sets"] = "/data/sets",
    }, "/data/work");

    [Theory]
    [InlineData("'/data/sets/cifar/weights' holds no model.", "'weights' holds no model.")]
    [InlineData("'/data/sets/cifar/test' and /data/sets/cifar.", "'../cifar/test' and ../cifar.")]
    [InlineData("/data/sets/cifar10 and /more/data/sets/cifar", "/data/sets/cifar10 and /more/data/sets/cifar")]
    [InlineData("there is no folder /data/work/out", "there is no folder out")]
    [InlineData("/home/ada/x and C:\\Users\\ada\\x", "~/x and ~\\x")]
    [InlineData("nothing", "nothing")]
    [InlineData(null, null)]
    public void A_sentence_names_files_as_the_scenario_does(string? text, string? shared) => Text.Of(text).ShouldBe(shared);

    [Theory]
    [InlineData("dotnet /data/work/bin/layershuffle.dll run a.yaml", "dotnet ./bin/layershuffle.dll run a.yaml")]
    [InlineData("/home/ada/bin/layershuffle run a.yaml --seed 3", "~/bin/layershuffle run a.yaml --seed 3")]
    [InlineData("/opt/layershuffle run a.yaml", "/opt/layershuffle run a.yaml")]
    public void A_command_can_still_be_pasted_in_the_same_folder(string line, string shared) => Text.Command(line).ShouldBe(shared);

    [Fact]
    public void The_files_are_told_as_they_were_written() => Text.Files.ShouldBe(["../cifar", "/data/sets", "weights"]);
}
