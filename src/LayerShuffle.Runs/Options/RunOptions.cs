using System.Globalization;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Options;

/// <summary>What is asked of a run: the scenario, what of it differs, and where its results go.</summary>
public sealed record RunOptions
{
    /// <summary>The scenario file.</summary>
    public required string Scenario { get; init; }

    /// <summary>The folder of the results, which must be empty or not there yet; null: <c>results/NAME/TIME</c>.</summary>
    public string? Output { get; init; }

    /// <summary>Keys that override the scenario's, such as <c>network.loss=2%</c>.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>The part that is run, such as <c>condition=ideal,policy=retry</c>; empty: all of it.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Overrides the scenario's seed; null: it does not.</summary>
    public long? Seed { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Overrides the scenario's computing threads; null: it does not.</summary>
    public int? Threads { get; init; }

    /// <summary>The folder of a run that is to go on: its finished trials are kept. Null: a new run.</summary>
    public string? Resume { get; init; }

    /// <summary>Whether models are trained again that are kept from an earlier run.</summary>
    public bool Retrain { get; init; }

    /// <summary>Whether models serve that were trained in the same way on another device or processor, or with other threads.</summary>
    public bool TrainedAnywhere { get; init; }

    /// <summary>How many trainings go on side by side, each with the scenario's computing threads. On the virtual clock alone.</summary>
    public int Trainings { get; init; } = 1;

    /// <summary>What a scenario on the wall clock needs to know of its cluster.</summary>
    public ClusterOptions Cluster { get; init; } = ClusterOptions.Local;

    /// <summary>Whether every trial is run twice, and the run fails where the two are not one and the same.</summary>
    public bool CheckDeterminism { get; init; }

    /// <summary>A file to which a summary in Markdown is appended when the run has ended, however it ended; null: none.</summary>
    public string? Summary { get; init; }

    /// <summary>In which formats results are written besides CSV.</summary>
    public OutputFormats Formats { get; init; } = OutputFormats.Plain;

    /// <summary>The words that start this run again, without where its results go: told to whoever may want to go on with it.</summary>
    public IReadOnlyList<string> Again { get; init; } = [];

    /// <summary>
    /// Called with the folder when the run is over, however it ended, and its record is whole: to draw it. What it throws is a warning. Null: nobody is called.
    /// </summary>
    public Action<string>? Over { get; init; }

    /// <summary>The line that starts this run again with the seed that it had; null where nobody knows how it was started.</summary>
    /// <param name="seed">The run's seed.</param>
    public string? SameAgain(long seed) => Again.Count == 0 ? null
        : ShellWords.Join(Again.Contains("--seed") ? Again : [.. Again, "--seed", seed.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>What time it is in the log, in <c>run.json</c> and in the names of folders; it reaches no result.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
