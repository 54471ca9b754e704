using LayerShuffle.Cli.Terminal;

namespace LayerShuffle.Cli.Tests.Terminal;

/// <summary>The program knows how it was started.</summary>
public sealed class HowStartedTests
{
    [Fact]
    public void The_way_it_was_started_is_what_stands_before_the_arguments()
    {
        string[] args = ["run", "a.yaml"];
        HowStarted.Prefix(["dotnet", "x/layershuffle.dll", .. args], ["bash"], args).ShouldBe(["dotnet", "x/layershuffle.dll"]);
        HowStarted.Prefix(["layershuffle", .. args], null, args).ShouldBe(["layershuffle"]);
        HowStarted.Prefix(["/w/bin/layershuffle", .. args], ["/usr/bin/dotnet", "run", "-c", "Release", "--project", "src/LayerShuffle.Cli", "--", .. args],
            args)
            .ShouldBe(["/usr/bin/dotnet", "run", "-c", "Release", "--project", "src/LayerShuffle.Cli", "--"]);
        HowStarted.Prefix(["/w/bin/layershuffle", .. args], ["dotnet", "test"], args).ShouldBe(["/w/bin/layershuffle"]);
        HowStarted.Prefix(["other"], null, args).ShouldBeNull();
    }
}
