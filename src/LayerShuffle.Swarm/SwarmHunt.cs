using System.Globalization;
using System.Text;
using LayerShuffle.Core.Files;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Drawing;
using LayerShuffle.Swarm.Invariants;
using LayerShuffle.Swarm.Shrinking;

namespace LayerShuffle.Swarm;

/// <summary>What is asked of the swarm.</summary>
public sealed record SwarmOptions
{
    /// <summary>The seeds, each of which draws a scenario.</summary>
    public SeedRange? Seeds { get; init; }

    /// <summary>Scenarios of the user's own to judge.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>Whether a scenario that fails is shrunk.</summary>
    public bool Shrink { get; init; }

    /// <summary>Where scenarios that fail are written; made when the first one does.</summary>
    public string Output { get; init; } = "results/swarm";

    /// <summary>The words that start the program.</summary>
    public IReadOnlyList<string> Started { get; init; } = ["layershuffle"];
}

/// <summary>What the swarm has found.</summary>
/// <param name="Scenarios">Scenarios that were judged.</param>
/// <param name="Trials">Their trials.</param>
/// <param name="Hops">Hop attempts in them.</param>
/// <param name="Failed">Those that fail: their names, what does not hold, and the file that shows it.</param>
/// <param name="Keys">Keys and words of the language that the drawn ones had, and how many there are to draw.</param>
public sealed record SwarmOutcome(int Scenarios, long Trials, long Hops, IReadOnlyList<(string Name, Verdict Verdict, string File)> Failed,
    (int Drawn, int All) Keys);

/// <summary>
/// Looks for what is wrong with the program: draws scenarios, one from each seed, has them judged, and makes of each that fails the smallest one that still
/// does.
/// </summary>
/// <param name="options">What is asked for.</param>
/// <param name="log">Told of what is found.</param>
public sealed class SwarmHunt(SwarmOptions options, IRunLog log)
{
    private readonly List<(string Name, Verdict Verdict, string File)> failed = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private int scenarios;
    private long trials, hops;
    private LossTally losses; // of drawn scenarios that nothing is wrong with

    /// <summary>Looks.</summary>
    /// <param name="cancellation">Stops it.</param>
    public SwarmOutcome Execute(CancellationToken cancellation = default)
    {
        using var judge = new Judge();
        foreach (string path in options.Scenarios)
        {
            Verdict verdict = judge.Of(File.ReadAllText(path), Path.GetDirectoryName(Path.GetFullPath(path)), cancellation);
            Count(path, verdict);
            if (verdict.Mistakes.Count > 0)
                throw new Runs.Failures.UsageException($"{path} is not judged:\n{string.Join('\n', verdict.Mistakes)}");
            if (!verdict.Holds)
                failed.Add((path, verdict, path));
        }

        foreach (long seed in options.Seeds?.All ?? [])
        {
            cancellation.ThrowIfCancellationRequested();
            log.Status(() => string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {scenarios} scenarios, {hops} hops, {failed.Count} failed"));
            Look(judge, seed, cancellation);
        }

        log.ClearStatus();
        if (losses.Problem is { } problem)
        {
            var finding = new Finding("luck", "all scenarios together", problem);
            log.Line(finding.ToString());
            failed.Add(("all seeds", new Verdict([finding], [], 0, 0), "no file of its own"));
        }

        int all = KeyWalk.All.Count(key => Undrawn.Reason(key) is null);
        return new SwarmOutcome(scenarios, trials, hops, failed, (keys.Count(key => KeyWalk.All.Contains(key) && Undrawn.Reason(key) is null), all));
    }

    private void Look(Judge judge, long seed, CancellationToken cancellation)
    {
        DrawnScenario drawn = ScenarioDraw.Draw(seed, judge.Folder);
        keys.UnionWith(KeyWalk.In(drawn.Tree));
        Verdict verdict = judge.Of(drawn.Yaml, cancellation: cancellation);
        string name = string.Create(CultureInfo.InvariantCulture, $"seed {seed}");
        Count(name, verdict);
        if (verdict.Holds)
        {
            losses += verdict.Losses;
            return;
        }

        MapNode smallest = drawn.Tree;
        string file = Path.Combine(Disk.MakeFolder(options.Output), string.Create(CultureInfo.InvariantCulture, $"seed-{seed}.yaml"));
        string again = ShellLine([.. options.Started, "swarm", file]);
        if (options.Shrink && verdict.Findings is [var first, ..])
        {
            var shrinker = new Shrinker(tree => judge.Of(YamlWriter.Write(tree), cancellation: cancellation).Findings
                .Any(finding => finding.Invariant == first.Invariant));
            log.Line($"{name}: shrinking it");
            smallest = shrinker.Shrink(drawn.Tree);
            Finding left = judge.Of(YamlWriter.Write(smallest), cancellation: cancellation).Findings.First(finding => finding.Invariant == first.Invariant);
            log.Line($"{name}: shrunk to {smallest.Size} nodes in {shrinker.Tried} tries: {left}");
        }

        string yaml = YamlWriter.Write(smallest);
        SampleFiles.WriteNamed(options.Output, yaml);
        Disk.Replace(file, Encoding.UTF8.GetBytes($"# Drawn from seed {seed}. It breaks `{verdict.Findings.FirstOrDefault()?.Invariant ?? "the validator"}`:\n"
            + $"# {again}\n{yaml}"), durable: false);
        failed.Add((name, verdict, file));
        log.Line($"{name}: it is in {file}; the same again: {ShellLine([.. options.Started, "swarm", "--seeds",
            string.Create(CultureInfo.InvariantCulture, $"{seed}..{seed}"), .. options.Shrink ? (string[])["--shrink"] : []])}");
        log.Line($"{name}: this file alone: {again}");
    }

    private void Count(string name, Verdict verdict)
    {
        (scenarios, trials, hops) = (scenarios + 1, trials + verdict.Trials, hops + verdict.Hops);
        foreach (Finding finding in verdict.Findings)
            log.Line($"{name}: {finding}");
        foreach (string mistake in verdict.Mistakes)
            log.Line($"{name}: {mistake}");
    }

    private static string ShellLine(IReadOnlyList<string> words) => ShellWords.Join(words);
}
