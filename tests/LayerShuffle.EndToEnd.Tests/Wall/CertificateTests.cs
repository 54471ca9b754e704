using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using LayerShuffle.Cluster.Tests.Security;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A cluster of nodes that people start, secured by certificates of their own; they reach the coordinator by its name.</summary>
[Collection(WallCollection.Name)]
public sealed partial class CertificateTests : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public async Task Nodes_with_certificates_of_the_authority_take_part_and_strangers_are_named()
    {
        using X509Certificate2 authority = Certificates.Authority("CN=ours"), elsewhere = Certificates.Authority("CN=theirs");
        place.Write("ours.pem", authority.ExportCertificatePem());
        place.Write("theirs.pem", elsewhere.ExportCertificatePem());
        Certificates.Issue(authority, "CN=coordinator", place.At("coordinator.pem"), place.At("coordinator.key"));
        Certificates.Issue(authority, "CN=alpha", place.At("alpha.pem"), place.At("alpha.key"));
        Certificates.Issue(authority, "CN=beta", place.At("beta.pem"), null); // its key is in the same file
        Certificates.Issue(elsewhere, "CN=stranger", place.At("stranger.pem"), null);

        var listening = new TaskCompletionSource<string>();
        Program run = Program.Start(
            place,
            line =>
            {
                if (Waiting().Match(line) is { Success: true } waiting)
                    listening.TrySetResult(waiting.Groups[1].Value);
                return Program.Signal.None;
            },
            "run", place.Write("wires.yaml", WallScenario.Wires), "--output", "out", "--listen", "127.0.0.1:0", "--workers", "2", "--cert", "coordinator.pem",
                "--key", "coordinator.key", "--authority", "ours.pem", "--public-host", "localhost");
        await Task.WhenAny(listening.Task, run.Ended);
        listening.Task.IsCompleted.ShouldBeTrue(run.Error);
        string hub = await listening.Task;

        hub.ShouldStartWith("localhost:", Case.Sensitive, "the advice can be pasted");
        run.Error.ShouldContain($"layershuffle node --join {hub} --cert FILE --key FILE --authority FILE`");

        Program stranger = await place.Run("node", "--join", hub, "--cert", "stranger.pem", "--authority", "theirs.pem");
        stranger.ShouldEndWith(2);
        stranger.Error.ShouldContain("is not of this node's cluster");
        Program anyone = await place.Run("node", "--join", hub.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
        anyone.ShouldEndWith(2);

        Program alpha = place.Start("node", "--join", hub, "--cert", "alpha.pem", "--key", "alpha.key", "--authority", "ours.pem");
        Program beta = place.Start("node", "--join", hub, "--cert", "beta.pem", "--authority", "ours.pem");
        await Task.WhenAll(run.Ended, alpha.Ended, beta.Ended);
        run.ShouldEndWith(0);
        alpha.ShouldEndWith(0);
        beta.ShouldEndWith(0);
        run.Errors.Count(line => line.StartsWith("Refused ", StringComparison.Ordinal)).ShouldBe(2, run.Error);
        new Table(place.At("out"), "requests.csv")["outcome"].ShouldBe(Enumerable.Repeat("completed", 10));
        if (OperatingSystem.IsLinux())
            place.ShouldLeaveNothing();
    }

    public void Dispose() => place.Dispose();

    [GeneratedRegex(@"Waiting for 2 nodes to join.*layershuffle node --join (\S+) --cert")]
    private static partial Regex Waiting();
}
