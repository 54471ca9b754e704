using System.Text.Json;
using CsCheck;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Tests.Terminal;

/// <summary>What reaches the terminal.</summary>
public sealed class ScreenTests
{
    [Theory]
    [InlineData("plain\ttext\r\nä 漢 😀", "plain\ttext\r\nä 漢 😀")]
    [InlineData("\u001b[31mred", "\\x1b[31mred")]
    [InlineData("over\rwritten\b\0", "over\\x0dwritten\\x08\\x00")]
    [InlineData("\u009b31m\u007f", "\\x9b31m\\x7f")]
    [InlineData("a\u202egnp.exe\u2066", "a\\u202egnp.exe\\u2066")]
    public void Controls_are_shown_and_not_obeyed(string text, string expected) => Printable.Of(text).ShouldBe(expected);

    [Fact]
    public void Half_a_character_is_shown_as_what_it_is() => Printable.Of("half \ud83d" + "x\ude00").ShouldBe("half \\ud83dx\\ude00");

    [Fact]
    public void No_text_becomes_a_command_whatever_it_holds() => Gen.String[Gen.Char, 0, 60].Sample(text =>
    {
        using var writer = new StringWriter();
        var screen = new Screen(writer);
        screen.Write(text);
        screen.WriteLine(text);
        screen.Write(text.ToCharArray());
        screen.WriteLine((object)text);
        string written = writer.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        return !written.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) && written.All(c => c is < '\u202a' or > '\u202e');
    });

    [Fact]
    public void A_scenario_cannot_speak_to_the_terminal()
    {
        using var cli = new Cli();
        cli.Run("validate", cli.Write("evil.yaml", "name: \"x\\e[31m\\a\"\nmodel: none\nworkload: {requests: 3}\n")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("x\\x1b[31m\\x07");
        (cli.Error + cli.Output).ShouldNotContain("\u001b");
        cli.Run("run", cli.At("a\u001b]0;title\u0007.yaml")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldNotContain("\u001b");
        cli.Run("\u001b[2J").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldNotContain("\u001b");
    }

    [Fact]
    public void Lines_of_the_log_bear_the_injected_time_where_nobody_watches()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new FakeTime();
        var log = new RunLog(new Screen(writer) { Timed = true }, time);
        log.Line("first");
        log.Status(() => "too early");
        time.Pass(31);
        log.Status(() => "in the middle");
        log.Status(() => "too soon again");
        writer.ToString().ShouldBe("2026-03-09T08:05:07Z first\n2026-03-09T08:05:38Z in the middle\n");
    }

    [Fact]
    public void On_a_terminal_the_status_fits_its_line_and_gives_way_to_lines()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new FakeTime();
        var log = new RunLog(new Screen(writer) { IsTerminal = true, Width = 40 }, time);
        time.Pass(1);
        log.Status(() => new string('x', 60));
        log.Status(() => "not within a tenth of a second");
        log.Line("done");
        writer.ToString().ShouldBe("\r" + new string('x', 38) + "…\r" + new string(' ', 39) + "\rdone\n");
    }

    [Fact]
    public void On_a_terminal_whose_cursor_moves_there_is_a_bar_for_each_condition_and_the_faults_that_struck()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new FakeTime();
        var log = new RunLog(new Screen(writer) { IsTerminal = true, Moves = true, Width = 80 }, time);
        TrialKey[] trials = [new(0, "vit", 0, "default", "ideal", 0), new(1, "vit", 0, "default", "ideal", 1), new(2, "vit", 0, "skip", "down", 0)];
        log.Planned(trials);
        log.Progressed(trials[0], 30, 60);
        log.Struck(new LedgerEntry(new Instant(1_500_000_000), "outage", "crash", "node-3", "already_down"));
        time.Pass(1);
        log.Status(() => "trial 1/3");
        string[] bars = ["trial 1/3", "  vit  ideal       █████░░░░░░░░░░░░░░░ 25%", "  vit  down  skip  ░░░░░░░░░░░░░░░░░░░░  0%",
            "  at 1500 ms  outage (crash): node-3 already down"];
        writer.ToString().ShouldBe(string.Join('\n', bars));
        log.Line("done");
        writer.ToString().ShouldBe(string.Join('\n', bars) + "\r\u001b[2K" + string.Concat(Enumerable.Repeat("\u001b[1A\u001b[2K", 3)) + "done\n");
    }

    [Fact]
    public void A_quiet_log_has_warnings_alone()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var time = new FakeTime();
        var log = new RunLog(new Screen(writer), time, new LogStyle(Quiet: true));
        log.Line("first");
        time.Pass(60);
        log.Status(() => "going on");
        log.Line("warning: second");
        writer.ToString().ShouldBe("warning: second\n");
    }

    [Fact]
    public void Lines_for_programs_are_objects_also_those_of_mistakes()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var log = new RunLog(new Screen(writer), new FakeTime(), new LogStyle(Json: true));
        log.Line("warning: a \"b\"\u001b");
        writer.ToString().ShouldBe("{\"time\":\"2026-03-09T08:05:07.000Z\",\"level\":\"warning\",\"message\":\"a \\u0022b\\u0022\\u001B\"}\n");
        using var cli = new Cli();
        cli.Run("run", cli.At("none.yaml"), "--log-format", "json").ShouldBe(ExitCodes.Invalid);
        foreach (string line in cli.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line).RootElement.GetProperty("message").GetString().ShouldNotBeNull();
        cli.Run("explain", cli.Folder, "--request", "1", "--log-format=json").ShouldBe(ExitCodes.Invalid);
        JsonDocument.Parse(cli.Error).RootElement.GetProperty("level").GetString().ShouldBe("error");
    }

    [Fact]
    public void Colours_are_given_only_where_they_are_wanted()
    {
        new Screen(TextWriter.Null) { Colours = true }.Paint("a\u001b", Paint.Red).ShouldBe("\u001b[31ma\\x1b\u001b[0m");
        new Screen(TextWriter.Null).Paint("a", Paint.Red).ShouldBe("a");
        Surroundings.MayColour(_ => null).ShouldBeTrue();
        Surroundings.MayColour(name => name == "NO_COLOR" ? "1" : null).ShouldBeFalse();
        Surroundings.MayColour(name => name == "NO_COLOR" ? "" : "xterm").ShouldBeTrue();
        Surroundings.MayColour(name => name == "TERM" ? "dumb" : null).ShouldBeFalse();
    }

    [Fact]
    public void An_output_that_fails_is_an_error_and_an_error_stream_that_fails_is_not()
    {
        using var full = new FailingWriter();
        Should.Throw<OutputException>(() => new Screen(full).WriteLine("x")).Message.ShouldContain("No space left");
        var error = new Screen(full, mayFail: true);
        error.WriteLine("x");
        error.WriteLine("y");
    }

    [Fact]
    public void Time_left_comes_from_what_was_done_since_it_was_first_looked_at()
    {
        var time = new FakeTime();
        var pace = new Pace(time);
        pace.Of(400, 1000).ShouldBe(""); // resumed in the middle
        time.Pass(0.5);
        pace.Of(450, 1000).ShouldBe("");
        time.Pass(9.5);
        pace.Of(500, 1000).ShouldBe("10/s, 50 s left");
        time.Pass(10);
        pace.Of(420, 1000).ShouldBe("1/s, 10 min left");
        Pace.Left(7300).ShouldBe("2 h 01 min left");
        Pace.Left(1e9).ShouldBe("days left");
    }

    [Fact]
    public void The_second_signal_ends_at_once_and_so_does_half_a_minute_in_vain()
    {
        var time = new FakeTime();
        var ends = new List<int>();
        var said = new List<string>();
        using (var signals = new StopSignals(said.Add, time, ends.Add, listen: false))
        {
            signals.Token.IsCancellationRequested.ShouldBeFalse();
            signals.Take(ExitCodes.Terminated);
            signals.Token.IsCancellationRequested.ShouldBeTrue();
            signals.ExitCode.ShouldBe(ExitCodes.Terminated);
            said.ShouldHaveSingleItem();
            ends.ShouldBeEmpty();
            signals.Take(ExitCodes.Interrupted);
            ends.ShouldBe([ExitCodes.Interrupted]);
            time.Pass(31);
            ends.ShouldBe([ExitCodes.Interrupted, ExitCodes.Terminated]);
        }
    }

    [Theory]
    [InlineData("one two three", 8, new[] { "one two", "  three" })]
    [InlineData("  indented stays", 12, new[] { "  indented", "  stays" })]
    [InlineData("rough[a.b=1,c.d=2]", 12, new[] { "rough[a.b=1,", "  c.d=2]" })]
    [InlineData("abcdefghij", 4, new[] { "abcd", "  ef", "  gh", "  ij" })]
    public void Words_stay_whole_unless_they_are_longer_than_a_line(string text, int width, string[] lines)
    {
        Wrapping.Lines(text, width, 2).ShouldBe(lines);
        Wrapping.Lines(text, null, 2).ShouldBe([text]);
    }

    private sealed class FailingWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device", 28);
    }
}
