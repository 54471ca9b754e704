using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Cluster.Tests.Logs;

/// <summary>What becomes a line of a log, and how.</summary>
public sealed class SinkTests
{
    [Fact]
    public void Who_asks_for_no_more_sees_sentences_and_warnings_of_ours_alone()
    {
        Lines(verbose: false).ShouldBe(["node-1 {0} has left", "warning: it is late"]);
    }

    [Fact]
    public void Who_asks_for_more_sees_details_and_what_libraries_warn_of()
    {
        Lines(verbose: true).ShouldBe([
            "node-1 {0} has left", "warning: it is late", "held -> serving", "warning: Akka: [akka://x/user/y] unreachable",
            "error: Akka: cannot associate: refused",
        ]);
    }

    [Fact]
    public void A_file_keeps_all_with_its_time_and_is_made_by_the_first_line()
    {
        using var scratch = new Scratch();
        string path = scratch.At("logs/x.log");
        using (var sink = new FileSink(path, new FixedTime()))
        {
            File.Exists(path).ShouldBeFalse();
            sink.Detail("first");
            sink.CreateLogger(Sentences.Akka).LogWarning("second");
            File.ReadAllLines(path).Length.ShouldBe(2); // at once, whatever ends the process
        }

        using (var sink = new FileSink(path, new FixedTime()))
            sink.Say("again");
        File.ReadAllText(path).ShouldBe("2026-03-09T08:05:07.000Z first\n2026-03-09T08:05:07.000Z warning: Akka: second\n2026-03-09T08:05:07.000Z again\n");
    }

    [Fact]
    public void A_file_that_cannot_be_written_disturbs_nobody()
    {
        using var scratch = new Scratch();
        scratch.Write("logs", "a file where the folder should be");
        using var sink = new FileSink(scratch.At("logs/x.log"), new FixedTime());
        sink.Say("one");
        sink.Say("two");
    }

    private static List<string> Lines(bool verbose)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        using var sink = new WriterSink(writer, verbose);
        using ILoggerFactory factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(sink));
        ILogger ours = factory.CreateLogger<SinkTests>(), akka = factory.CreateLogger(Sentences.Akka);
        ours.Say("node-1 {0} has left"); // no template
        ours.Warn("it is late");
        ours.Detail("held -> serving");
        akka.LogDebug("tick");
        akka.LogInformation("started");
        akka.LogWarning("[WARNING][11/26/2026 08:46:39.346Z][Thread 0012][akka://x/user/y] unreachable\nand more");
        akka.LogError(new IOException("refused"), "cannot associate");
        return [.. writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 9, 8, 5, 7, TimeSpan.Zero);
    }
}
