using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>The program in shells where something is missing: a stream, files, a second chance.</summary>
public sealed partial class TerminalTests : IDisposable
{
    private readonly Workplace place = new();

    [Theory]
    [InlineData("2>&-", 0)]
    [InlineData("2>/dev/full", 0)]
    [InlineData(">&- 2>errors", 3)]
    [InlineData(">/dev/full 2>errors", 3)]
    public async Task Without_a_stream_there_is_an_exit_code_and_a_record(string redirections, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        place.Write("wires.yaml", TinyScenario.Network);
        (await Shell($"{Launch} run wires.yaml --output out {redirections}")).Code.ShouldBe(code);
        File.ReadLines(place.At("out/conditions.csv")).Count().ShouldBe(2);
        State("out").ShouldBe(code == 0 ? "done" : "failed");
        if (code != 0)
        {
            string errors = File.ReadAllText(place.At("errors"));
            errors.ShouldContain("standard output");
            errors.ShouldNotContain("   at ");
        }
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_it_quietly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no POSIX shell on Windows.");
        (int _, string output) = await Shell($"({Launch} schema 2>errors; echo $? >code) | head -n 1");
        output.Trim().ShouldBe("{");
        File.ReadAllText(place.At("code")).Trim().ShouldBe("141");
        File.ReadAllText(place.At("errors")).ShouldBeEmpty();
    }

    [Fact]
    public async Task With_too_few_files_it_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is known on Linux.");
        (int code, string output) = await Shell($"ulimit -n 64; {Launch} run wires.yaml 2>&1");
        code.ShouldBe(3);
        output.ShouldContain("ulimit -n 1024");
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Killed_at_its_beginning_its_record_says_running_and_the_advice_to_go_on_can_be_pasted()
    {
        Program.NeedInterrupts();
        string scenario = place.Write("many trials.yaml", TinyScenario.Network + "repeats: 3000\n");
        Program program = null!; // its own listener asks for its number
        program = Program.Start(
            place, said => said.StartsWith("trial 2/", StringComparison.Ordinal) ? Check() : Program.Signal.None, "run", scenario, "--output", "o ut", "--set",
                "description=it's");
        await program.Ended;
        program.ShouldEndWith(130);
        State("o ut").ShouldBe("interrupted");
        string hint = Hint().Match(program.Error).Groups[1].Value;
        hint.ShouldEndWith("--set 'description=it'\\''s' --resume 'o ut'");

        // Pasted as it is, with another end: a scenario that differs is refused, the same one goes on.
        (await Shell(hint + " --set repeats=3001 2>&1")).Output.ShouldContain("the scenario differs");
        using Process again = Start(hint + " 2>again");
        await WaitFor(() => File.Exists(place.At("again")) && File.ReadAllText(place.At("again")).Contains("completed", StringComparison.Ordinal));
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(place.At("o ut/run.json"))))
            Program.Kill(manifest.RootElement.GetProperty("process").GetProperty("id").GetInt32());
        await again.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.ReadAllText(place.At("again")).ShouldNotContain(" trial 1/");
        State("o ut").ShouldBe("running");

        Program.Signal Check()
        {
            State("o ut").ShouldBe("running");
            // A second process: the folder has an owner.
            (int code, string output) = Shell($"{Launch} run 'many trials.yaml' --resume 'o ut' --set \"description=it's\" 2>&1").GetAwaiter().GetResult();
            (code, output).ShouldSatisfyAllConditions(() => code.ShouldBe(2), () => output.ShouldContain($"is alive (process {program.Id} on "));
            return Program.Signal.Interrupt;
        }
    }

    [Fact]
    public async Task Lines_of_the_log_bear_the_time_and_sigterm_is_told_apart()
    {
        Program.NeedInterrupts();
        string scenario = place.Write("many.yaml", TinyScenario.Network + "repeats: 3000\n");
        Program program = null!;
        bool sent = false;
        program = Program.Start(place, said =>
        {
            if (!sent && said.StartsWith("trial 2/", StringComparison.Ordinal))
            {
                sent = true;
                program.Terminate();
            }

            return Program.Signal.None;
        }, "run", scenario, "--output", "out");
        await program.Ended;
        program.ShouldEndWith(143);
        State("out").ShouldBe("interrupted");
        program.StampedErrors.Where(line => line.Contains("trial ", StringComparison.Ordinal)).ShouldAllBe(line => Stamped().IsMatch(line));
    }

    public void Dispose() => place.Dispose();

    private static string Launch => $"dotnet '{Program.Assembly}'";

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")]
    private static partial Regex Stamped();

    [GeneratedRegex("go on with: (.*)")]
    private static partial Regex Hint();

    private static async Task WaitFor(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition() && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
        }
    }

    private Process Start(string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = place.Folder, RedirectStandardOutput = true };
        start.Environment["LAYERSHUFFLE_CACHE"] = place.Cache;
        start.Environment["TMPDIR"] = place.Temporary;
        Program.ShortLived(start);
        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output)> Shell(string command)
    {
        using Process shell = Start(command);
        string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (shell.ExitCode, output);
    }

    private string? State(string folder)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(place.At(Path.Combine(folder, "run.json"))));
        return manifest.RootElement.GetProperty("state").GetString();
    }
}
