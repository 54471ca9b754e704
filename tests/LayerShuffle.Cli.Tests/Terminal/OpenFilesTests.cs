using LayerShuffle.Cli.Terminal;

namespace LayerShuffle.Cli.Tests.Terminal;

/// <summary>What is said where too few files may be open.</summary>
public sealed class OpenFilesTests
{
    [Fact]
    public void Too_few_open_files_are_refused_with_the_command_that_helps()
    {
        OpenFiles.Refusal(64, 0).ShouldNotBeNull().ShouldContain("ulimit -n 1024");
        OpenFiles.Refusal(1024, 0).ShouldBeNull();
        OpenFiles.Refusal(1024, 64).ShouldNotBeNull().ShouldContain("ulimit -n 1792");
        OpenFiles.Refusal(null, 64).ShouldBeNull();
    }
}
