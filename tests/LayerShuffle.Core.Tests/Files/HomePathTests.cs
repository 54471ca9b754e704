using LayerShuffle.Core.Files;

namespace LayerShuffle.Core.Tests.Files;

public sealed class HomePathTests
{
    [Fact]
    public void A_text_for_others_names_nobodys_home()
    {
        string home = HomePath.Expand("~");
        Path.IsPathRooted(home).ShouldBeTrue("this machine has one");
        HomePath.Hide($"'{home}/weights' and {home}, {home}.").ShouldBe("'~/weights' and ~, ~.");
        HomePath.Hide($"{home}s/x and /more{home}").ShouldBe($"{home}s/x and /more{home}");
    }

    [Theory]
    [InlineData("dotnet /home/ada.l/x.dll run", "dotnet ~/x.dll run")]
    [InlineData("\"/Users/ada/data\"", "\"~/data\"")]
    [InlineData("in C:\\Users\\ada\\data, D:/data", "in ~\\data, D:/data")]
    [InlineData("/home is a folder; /opt/home/ada too", "/home is a folder; /opt/home/ada too")]
    [InlineData("https://example.org/home/ada", "https://example.org/home/ada")]
    [InlineData("", "")]
    public void Nor_that_of_another_machine(string text, string shared) => HomePath.Hide(text).ShouldBe(shared);
}
