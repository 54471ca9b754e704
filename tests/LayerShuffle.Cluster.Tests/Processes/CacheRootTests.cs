using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Where trained models are kept on machines whose home cannot be written, or is none.</summary>
public sealed class CacheRootTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("layershuffle-cache-root").FullName;
    private readonly List<string> said = [];

    [Fact]
    public void The_usual_place_is_taken_without_a_word()
    {
        string found = CacheRoot.Find(null, Path.Combine(place, "home/.local/share"), place, said.Add);
        found.ShouldBe(Path.Combine(place, "home/.local/share/layershuffle"));
        said.ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(found).ShouldBeEmpty();
    }

    [Fact]
    public void A_home_folder_in_the_variable_is_written_out()
    {
        string home = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } set ? set
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        CacheRoot.Find("~/" + Path.GetRelativePath(home, place) + "/named", "", place, said.Add).ShouldBe(Path.Combine(place, "named"));
        said.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("file")]
    [InlineData("")]
    public void A_home_that_cannot_be_written_or_is_none_is_replaced_with_a_word(string home)
    {
        File.WriteAllText(Path.Combine(place, "file"), "");
        string local = home.Length == 0 ? "" : Path.Combine(place, home, "below");
        string found = CacheRoot.Find(null, local, place, said.Add);
        Path.GetDirectoryName(found).ShouldBe(place);
        File.WriteAllText(Path.Combine(found, "probe"), "");
        said.ShouldHaveSingleItem().ShouldContain("LAYERSHUFFLE_CACHE");
        said[0].ShouldContain(found);
        CacheRoot.Find(null, local, place, said.Add).ShouldBe(found); // the next run finds it again
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(found).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void What_somebody_else_could_have_put_there_is_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("There are no such modes on Windows.");
            return;
        }

        string first = CacheRoot.Find(null, "", place, null);
        File.SetUnixFileMode(first, File.GetUnixFileMode(first) | UnixFileMode.OtherWrite);
        CacheRoot.Find(null, "", place, null).ShouldNotBe(first);
    }

    [Fact]
    public void A_named_place_that_cannot_be_written_is_an_error()
    {
        File.WriteAllText(Path.Combine(place, "file"), "");
        Should.Throw<IOException>(() => CacheRoot.Find(Path.Combine(place, "file/x"), place, place, null)).Message.ShouldContain("LAYERSHUFFLE_CACHE");
        CacheRoot.Find(Path.Combine(place, "named"), place, place, said.Add).ShouldBe(Path.Combine(place, "named"));
        said.ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(place, true);
}
