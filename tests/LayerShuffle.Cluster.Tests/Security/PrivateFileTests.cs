using LayerShuffle.Security;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Secrets and keys that others may read are refused.</summary>
public sealed class PrivateFileTests
{
    [Theory]
    [InlineData("600", true)]
    [InlineData("400", true)]
    [InlineData("700", true)]
    [InlineData("640", false)]
    [InlineData("604", false)]
    [InlineData("602", false)]
    [InlineData("644", false)]
    public void A_secret_is_its_owners_alone(string octal, bool may)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such rights.");
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "secret"), link = Path.Combine(folder.Path, "link");
        File.WriteAllText(file, "0123456789abcdef0123456789abcdef\n");
#pragma warning disable CA1416 // skipped above
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(octal, 8));
#pragma warning restore CA1416
        File.CreateSymbolicLink(link, file); // as orchestrators hand secrets over: the link's own rights are all rights
        foreach (string path in new[] { file, link })
        {
            if (may)
            {
                SharedSecret.Read(path).Length.ShouldBe(32);
                continue;
            }

            string sentence = Should.Throw<ClusterIdentityException>(() => SharedSecret.Read(path)).Message;
            sentence.ShouldContain($"(mode {octal})");
            sentence.ShouldEndWith($"chmod 600 {path}");
        }
    }
}
