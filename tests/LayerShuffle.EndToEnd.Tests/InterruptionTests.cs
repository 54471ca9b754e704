using System.Text.Json;
using LayerShuffle.EndToEnd.Tests.Documents;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>A run that is stopped, kindly or not, keeps what is finished, and <c>--resume</c> takes it to the bytes of a run that nobody stopped.</summary>
public sealed class InterruptionTests(ReferenceRun reference) : IDisposable
{
    private readonly Workplace place = new();

    /// <summary>One run that is stopped four times, each time elsewhere, in turns by a kill and by Ctrl-C; in the end it is the whole run.</summary>
    [Fact]
    public async Task Stopped_again_and_again_it_goes_on_each_time_from_the_checkpoint_or_the_next_trial()
    {
        Program.NeedInterrupts();
        string whole = (await reference.Place()).At("out");
        (await Stop(Program.Signal.Kill, "plain: epoch 1/")).ExitCode.ShouldNotBe(0);

        Program second = await StopAgain(Program.Signal.Interrupt, "shuffled: epoch 1/");
        second.Error.ShouldNotContain("plain: epoch 1/");
        second.Error.ShouldContain($"plain: epoch {TinyScenario.Epochs}/");
        second.ShouldEndWith(130);
        second.Error.ShouldContain("--resume");
        place.At("out").ShouldBeginLike(whole).ShouldBe(0);
        State().ShouldBe("interrupted");

        Program third = await StopAgain(Program.Signal.Kill, "trial 2/");
        third.Error.ShouldContain("plain: trained before");
        third.Error.ShouldNotContain("shuffled: epoch 1/");
        third.Error.ShouldContain($"shuffled: epoch {TinyScenario.Epochs}/");
        third.ExitCode.ShouldNotBe(0);
        int finished = Finished();
        finished.ShouldBeInRange(2, TinyScenario.Trials - 1);
        Tear(finished);

        Program fourth = await StopAgain(Program.Signal.Interrupt, "trial 9/");
        fourth.Error.ShouldContain("shuffled: trained before");
        fourth.Error.ShouldNotContain("epoch");
        fourth.Error.ShouldNotContain("trial 2/");
        fourth.Error.ShouldContain($"trial {finished + 1}/");
        fourth.ShouldEndWith(130);
        finished = place.At("out").ShouldBeginLike(whole);
        finished.ShouldBeInRange(9, TinyScenario.Trials - 1);
        place.At("out").ShouldHoldOnly(finished);
        File.Exists(place.At("out/summary.csv")).ShouldBeTrue();
        State().ShouldBe("interrupted");
        fourth.Error.ShouldContain($"{finished} of {TinyScenario.Trials} trials");

        Program last = await Resume();
        last.Error.ShouldNotContain("trial 9/");
        last.Error.ShouldContain($"trial {finished + 1}/");
        place.At("out").ShouldBeTheRun(whole);
    }

    [Fact]
    public async Task Killed_late_between_trials_it_goes_on_with_the_next()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Asks of the kill what the first test asks of Ctrl-C: set LAYERSHUFFLE_LONG=1.");
        Workplace first = await reference.Place();
        place.TakeCacheOf(first);
        Program stopped = await Stop(Program.Signal.Kill, "trial 9/");
        stopped.ExitCode.ShouldNotBe(0);
        int finished = Finished();
        finished.ShouldBeInRange(9, TinyScenario.Trials - 1);
        Tear(finished);
        await Resume();
        place.At("out").ShouldBeTheRun(first.At("out"));
    }

    [Fact]
    public async Task Killed_within_an_epoch_it_goes_on_from_the_last_steps_kept_and_past_a_damaged_checkpoint()
    {
        string whole = (await reference.Place()).At("out");
        string[] keep = ["--set", "model.training.checkpoint_epochs=0", "--set", "model.training.checkpoint_steps=7"]; // 16 steps an epoch
        Program stopped = await Stop(Program.Signal.Kill, "plain: epoch 2/", keep);
        stopped.ExitCode.ShouldNotBe(0);
        Path.GetFileName(Newest()).ShouldMatch(@"^checkpoint-[12]-step-\d+$");

        Program second = await StopAgain(Program.Signal.Kill, "shuffled: epoch 2/", keep);
        second.ExitCode.ShouldNotBe(0);
        second.Error.ShouldNotContain("plain: epoch 1/");
        second.Error.ShouldContain($"plain: epoch {TinyScenario.Epochs}/");
        // The power failed, too: the newest checkpoint is torn.
        foreach (string file in Directory.GetFiles(Newest(), "layer-*.optimizer"))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..30]);

        Program resumed = await Resume(keep);
        resumed.Error.ShouldContain("cannot be used; the training goes on from checkpoint-1-step-");
        resumed.Error.ShouldNotContain("shuffled: epoch 1/");
        resumed.Error.ShouldContain($"shuffled: epoch {TinyScenario.Epochs}/");
        ShouldBeTheResults(whole);

        string Newest() => Directory.GetDirectories(place.Cache, "checkpoint-*", SearchOption.AllDirectories)
            .Where(folder => !folder.EndsWith(".tmp", StringComparison.Ordinal)).MaxBy(Directory.GetLastWriteTimeUtc).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_run_is_not_resumed_with_another_scenario()
    {
        Workplace first = await reference.Place();
        string before = File.ReadAllText(first.At("out/conditions.csv"));
        (int code, _, string error) = Pages.Program("run", place.Write("tiny.yaml", TinyScenario.Trained), "--resume", first.At("out"), "--set",
            "workload.requests=41");
        code.ShouldBe(2, error);
        error.ShouldContain("--resume");
        (code, _, error) = Pages.Program("run", place.At("tiny.yaml"), "--resume", first.At("out"), "--output", place.At("other"));
        code.ShouldBe(2, error);
        error.ShouldContain("--output");
        Directory.Exists(place.At("other")).ShouldBeFalse();
        File.ReadAllText(first.At("out/conditions.csv")).ShouldBe(before);
    }

    public void Dispose() => place.Dispose();

    /// <summary>How often a training is saved stands in scenario.yaml, and changes nothing else.</summary>
    private void ShouldBeTheResults(string whole)
    {
        string[] results = [.. ResultsFolder.Files(whole).Where(file => file != "scenario.yaml")];
        results.Length.ShouldBeGreaterThan(ResultsFolder.CsvFiles.Length);
        foreach (string file in results)
            File.ReadAllBytes(place.At(Path.Combine("out", file))).SequenceEqual(File.ReadAllBytes(Path.Combine(whole, file))).ShouldBeTrue(file);
    }

    private int Finished() => File.ReadLines(place.At("out/conditions.csv")).Count() - 1;

    /// <summary>The kill can fall anywhere; the worst place is made here: a trial that reached two of its files, one of them with half a row.</summary>
    private void Tear(int finished)
    {
        File.AppendAllText(place.At("out/requests.csv"), $"{finished},plain,0,def");
        File.AppendAllText(place.At("out/faults.csv"), $"{finished},plain,0,default,x,0,60,outage,crash,node-2,began\n");
    }

    private Task<Program> Stop(Program.Signal signal, string line, params string[] more) =>
        StopAt(signal, line, ["run", place.Write("tiny.yaml", TinyScenario.Trained), "--output", "out", .. more]);

    private Task<Program> StopAgain(Program.Signal signal, string line, params string[] more) =>
        StopAt(signal, line, ["run", place.At("tiny.yaml"), "--resume", "out", .. more]);

    private async Task<Program> StopAt(Program.Signal signal, string line, string[] args)
    {
        Program program = Program.Start(place, said => said.StartsWith(line, StringComparison.Ordinal) ? signal : Program.Signal.None, args);
        await program.Ended;
        program.SignalsSent.ShouldBe(1, program.Error);
        return program;
    }

    private async Task<Program> Resume(params string[] more)
    {
        Program program = await place.Run(["run", place.At("tiny.yaml"), "--resume", "out", .. more]);
        program.ShouldEndWith(0);
        State().ShouldBe("done");
        return program;
    }

    private string? State()
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(place.At("out/run.json")));
        return manifest.RootElement.GetProperty("state").GetString();
    }
}
