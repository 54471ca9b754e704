using System.Globalization;
using System.Text.RegularExpressions;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Page;

/// <summary>The tables of what happened: faults, links, trainings, expectations.</summary>
/// <param name="run">The run.</param>
internal sealed partial class EventTables(RunFolder run)
{
    private const int MostEvents = 300, MostRows = 1000;

    private static readonly (string Name, Func<LinkTotals, double> Of)[] Drops =
    [
        ("link down", links => links.Dropped.Link), ("receiver down", links => links.Dropped.Receiver), ("queue full", links => links.Dropped.Queue),
    ];

    /// <summary>What each fault did in each condition.</summary>
    public IEnumerable<PageTable> Faults()
    {
        var nameOf = run.Groups.SelectMany(group => group.Trials.Select(trial => (trial.Key.Trial, Name: LayerFigures.Name(run, group))))
            .ToDictionary(pair => pair.Trial, pair => pair.Name);
        var faults = run.Ledger.GroupBy(entry => (Name: nameOf[entry.Trial], entry.Fault, entry.Kind)).Take(MostRows).ToList();
        if (faults.Count == 0)
            yield break;
        var late = run.Ledger.Any(entry => entry.RequestedMs is not null);
        yield return new PageTable("faults", "Faults", [new("where"), new("fault"), new("kind"), new("strikes", true), new("targets", true),
            new("in force, ms", true), .. late ? [new("late by, ms", true)] : Array.Empty<PageColumn>(), new("touched nothing", true)],
            [.. faults.Select(fault => (IReadOnlyList<PageCell>)
            [
                new(fault.Key.Name), new(fault.Key.Fault), new(fault.Key.Kind), Number(fault.Count(entry => entry.Effect == "began")),
                Number(fault.Select(entry => entry.Target).Distinct(StringComparer.Ordinal).Count()),
                Number(Mean(fault.Select(entry => entry.LastedMs))),
                .. late ? [Number(Mean(fault.Select(entry => entry.TimeMs - entry.RequestedMs)))] : Array.Empty<PageCell>(),
                Number(fault.Count(entry => entry.Effect is "never_began" or "touched_nothing" or "already_down" or "no_target")),
            ])])
        {
            Note = "Of all trials of a row. In force: the mean of strikes that ended." + (late ? " Late: mean time after the scenario asked for it." : ""),
        };
    }

    /// <summary>What links were asked for, and what they did.</summary>
    public IEnumerable<PageTable> Links()
    {
        if (run.Links.Count == 0)
            yield break;
        int[] asked = [.. Enumerable.Range(0, LinkTotals.Quantities.Count)
            .Where(i => run.Links.Values.Any(links => links.Asked[i] > 0 || links.Realised[i] > 0))];
        var dropped = Drops.Where(drop => run.Links.Values.Any(links => drop.Of(links) > 0)).ToList();
        yield return new PageTable("links", "Links", [new("where"), new("messages", true),
            .. asked.SelectMany(i => (PageColumn[])[new($"{LinkTotals.Quantities[i]} asked", true), new("happened", true)]),
            new("latency asked, ms", true), new("happened", true),
            .. dropped.Select(drop => new PageColumn($"dropped: {drop.Name}", true))],
            [.. run.Links.Take(MostRows).Select(pair => (IReadOnlyList<PageCell>)
            [
                new(LayerFigures.Name(run, pair.Key)), Number(pair.Value.Sent),
                .. asked.SelectMany(i => (PageCell[])[Share(pair.Value.Asked[i], pair.Value.Weights[i]), Share(pair.Value.Realised[i], pair.Value.Weights[i])]),
                Number(pair.Value.LatencyMs.Weight > 0 ? pair.Value.LatencyMs.Asked / pair.Value.LatencyMs.Weight : null),
                Number(pair.Value.LatencyMs.Weight > 0 ? pair.Value.LatencyMs.Realised / pair.Value.LatencyMs.Weight : null),
                .. dropped.Select(drop => Number(drop.Of(pair.Value))),
            ])])
        {
            Note = "Means over links, weighted by their messages; asked is what held before faults changed links. links.csv has every link.",
        };
    }

    /// <summary>What outages cost.</summary>
    public IEnumerable<PageTable> Recovery()
    {
        if (run.Recovery.Count == 0)
            yield break;
        yield return new PageTable("recovery", "Recovery: how long after it went down, ms", [new("where"), new("fault"), new("target"), new("down at", true),
            new("noticed", true), new("served again", true), new("throughput back", true), new("requests hit", true), new("failed", true),
            .. run.HasModel ? [new("top-1 meanwhile", true)] : Array.Empty<PageColumn>()],
            [.. run.Recovery.Take(MostRows).Select(row => (IReadOnlyList<PageCell>)
            [
                new(Name(row.Trial)), new(row.Fault), new(row.Target), Number(row.DownMs), Number(row.DetectedMs - row.DownMs),
                Number(row.ServingMs - row.DownMs),
                Number(row.RecoveredMs - row.DownMs), Number(row.Hit), Number(row.Failed),
                .. run.HasModel ? [new PageCell(Words.Percent(row.Top1During), Sort(row.Top1During))] : Array.Empty<PageCell>(),
            ])])
        {
            Note = "Served again: its layers, by it or by others. Throughput back: 0 where it did not fall; – where it was not back in the trial, "
                + "or none was measured before."
                + (run.Recovery.Count > MostRows ? $" The first {MostRows} of {run.Recovery.Count} outages; recovery.csv has all." : ""),
        };
    }

    /// <summary>The events of the trials whose timelines are shown.</summary>
    public IEnumerable<PageTable> Ledger(IReadOnlyList<int> trials)
    {
        var events = run.Ledger.Where(entry => trials.Contains(entry.Trial)).ToList();
        if (events.Count == 0)
            yield break;
        var names = trials.ToDictionary(trial => trial, trial => TimelineFigure.Name(run, trial));
        yield return new PageTable("events", "The ledger", [new("trial"), new("time, ms", true), new("fault"), new("kind"), new("target"), new("effect")],
            [.. events.Take(MostEvents).Select(entry => (IReadOnlyList<PageCell>)
                [new(names[entry.Trial]), Number(entry.TimeMs), new(entry.Fault), new(entry.Kind), new(entry.Target), new(entry.Effect.Replace('_', ' '))])])
        {
            Note = events.Count > MostEvents ? $"The first {MostEvents} of {events.Count} events; faults.csv has all." : "",
        };
    }

    /// <summary>Where trainings ended.</summary>
    public IEnumerable<PageTable> Training()
    {
        var models = run.Training.GroupBy(epoch => (epoch.Model, epoch.Seed)).ToList();
        if (models.Count == 0)
            yield break;
        yield return new PageTable("trained", "Where trainings ended", [new("model"), new("training seed", true), new("epochs", true), new("loss", true),
            new("top-1 in order", true), new("top-1 in any order", true)],
            [.. models.Take(MostRows).Select(model => (Key: model.Key, Last: model.MaxBy(epoch => epoch.Epoch)!)).Select(model => (IReadOnlyList<PageCell>)
            [
                new(model.Key.Model), Number(model.Key.Seed), Number(model.Last.Epoch), Number(model.Last.Loss),
                new(Words.Percent(model.Last.Sequential), Sort(model.Last.Sequential)), new(Words.Percent(model.Last.Arbitrary), Sort(model.Last.Arbitrary)),
            ])]);
    }

    /// <summary>What was expected, and what was measured.</summary>
    public IEnumerable<PageTable> Expectations()
    {
        if (run.Facts.Expectations.Count == 0)
            yield break;
        yield return new PageTable("expected", "Expectations", [new("holds"), new("where"), new("metric"), new("measured", true), new("at least", true),
            new("at most", true), new("as the scenario says it")],
            [.. run.Facts.Expectations.Take(MostRows).Select(fact => (IReadOnlyList<PageCell>)
            [
                new(fact.Holds ? "holds" : "FAILS", "", fact.Holds ? "good" : "bad"), new(Where(fact.Group)), new(Words.Name(fact.Metric)),
                Valued(fact.Metric, fact.Measured),
                Valued(fact.Metric, fact.Min), Valued(fact.Metric, fact.Max), new(fact.Text.Length > 0 ? Spaced(fact.Text) : fact.Message),
            ])]);
    }

    /// <summary>A trial as other tables call it.</summary>
    private string Name(long trial) => run.Trials.Any(known => known.Key.Trial == trial) ? TimelineFigure.Name(run, (int)trial)
        : string.Create(CultureInfo.InvariantCulture, $"trial {trial}");

    /// <summary>Model, policy and condition of an expectation as other tables call them: without what there is only one of.</summary>
    private string Where(string group) => group.Split(" / ") is not [var model, var policy, var condition] ? group
        : string.Join(" · ", new[] { run.HasModel ? model : "", condition, run.HasPolicies ? policy : "" }.Where(word => word.Length > 0));

    /// <summary>YAML on one line, with the spaces that a person writes.</summary>
    private static string Spaced(string text) => NoSpace().Replace(text, "$0 ");

    [GeneratedRegex("[,:](?=[^ ])")]
    private static partial Regex NoSpace();

    private static PageCell Valued(string metric, double? value) => new(value is null ? "" : Words.Value(metric, value), Sort(value));

    private static PageCell Number(double? value) => new(Words.Number(value), Sort(value));

    private static PageCell Share(double sum, double weight) => weight > 0 ? new(Words.Percent(sum / weight), Sort(sum / weight)) : new("–", "NaN");

    private static double? Mean(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length > 0 ? known.Average() : null;
    }

    private static string Sort(double? value) => value is { } number ? number.ToString("R", CultureInfo.InvariantCulture) : "NaN";
}
