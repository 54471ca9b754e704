using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Tests;

/// <summary>The report shows a scenario's files as the scenario wrote them.</summary>
public sealed class WrittenPathTests
{
    private const string Effective = """
        dataset:
          kind: cifar10
          path: /srv/data/cifar-10
        models:
          one: {checkpoint: "/home/ada/lab/scenarios/weights/one"}
          two:
            checkpoint: /home/ada/models/two
        network:
          latency: {distribution: empirical, file: /home/ada/lab/traces/rtt.csv, column: rtt_ms}
        cluster: {path_loss: /not/a/path}
        """;

    [Fact]
    public void They_are_relative_to_its_folder()
    {
        string shown = WrittenPaths.In(Effective, ["/srv/data/cifar-10", "weights/one", "~/models/two", "../traces/rtt.csv", "rtt.csv"]);
        shown.ShouldBe("""
            dataset:
              kind: cifar10
              path: /srv/data/cifar-10
            models:
              one: {checkpoint: "weights/one"}
              two:
                checkpoint: ~/models/two
            network:
              latency: {distribution: empirical, file: ../traces/rtt.csv, column: rtt_ms}
            cluster: {path_loss: /not/a/path}
            """);
    }

    [Fact]
    public void Of_older_folders_their_names_alone_are_shown()
    {
        string shown = WrittenPaths.In(Effective, []);
        shown.ShouldNotContain("ada");
        shown.ShouldNotContain("/srv");
        shown.ShouldContain("checkpoint: \"…/one\"");
        shown.ShouldContain("file: …/rtt.csv, column");
    }
}
