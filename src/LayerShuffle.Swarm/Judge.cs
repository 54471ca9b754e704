using LayerShuffle.Actors.Models;
using LayerShuffle.Results;
using LayerShuffle.Runs;
using LayerShuffle.Runs.Options;
using LayerShuffle.Runs.Reliabilities;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Simulation;
using LayerShuffle.Swarm.Books;
using LayerShuffle.Swarm.Drawing;
using LayerShuffle.Swarm.Invariants;

namespace LayerShuffle.Swarm;

/// <summary>
/// Runs a scenario twice, on the virtual clock, compares what was written, and holds it against the invariants. Of the network alone the trials are run one by
/// one in a folder of the judge's own; scenarios with models are runs like any other. One thread at a time.
/// </summary>
public sealed class Judge : IDisposable
{
    private const int MostOfEach = 3;
    private static readonly string[] Traced = ["trace=all", "expect=null"];
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-swarm").FullName;
    private VirtualActorSystem? system;

    /// <summary>A judge who has judged nothing yet.</summary>
    public Judge() => SampleFiles.Write(folder);

    /// <summary>Where the sample files are that drawn scenarios may name.</summary>
    public string Folder => folder;

    /// <summary>Judges a scenario.</summary>
    /// <param name="yaml">Its YAML.</param>
    /// <param name="beside">The folder that its paths are relative to; null: that of the sample files.</param>
    /// <param name="cancellation">Stops it.</param>
    public Verdict Of(string yaml, string? beside = null, CancellationToken cancellation = default)
    {
        string home = beside ?? folder;
        ScenarioLoadResult loaded;
        try
        {
            loaded = ScenarioLoader.Parse(yaml, "scenario", home, Traced);
        }
        catch (Exception e) // whatever is wrong with a scenario is a mistake, never this
        {
            return new Verdict([new Finding("validator", "", $"reading the scenario failed: {e.Message}")], [], 0, 0);
        }

        if (loaded.Scenario is not { } scenario || loaded.Mistakes.Count > 0)
            return new Verdict([], [.. loaded.Mistakes.Select(mistake => mistake.ToString())], 0, 0);
        if (scenario.Clock == ScenarioClock.Wall)
            return new Verdict([], ["clock: the swarm judges scenarios on the virtual clock: real time never does the same twice"], 0, 0);
        string first = Empty("first"), second = Empty("second");
        try
        {
            Run(scenario, loaded.EffectiveYaml, first, cancellation);
            Run(scenario, loaded.EffectiveYaml, second, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            EndSystem(); // whatever it was, the next scenario does not suffer from it
            return new Verdict([new Finding("run", "", $"the run failed: {e.Message}")], [], 0, 0);
        }

        return Judged(first, second, ScenarioExpander.Plan(scenario));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndSystem();
        Directory.Delete(folder, true);
    }

    private static Verdict Judged(string first, string second, IReadOnlyList<PlannedTrial> planned)
    {
        List<Finding> findings = [.. Different(first, second)];
        IReadOnlyList<TrialBook> books;
        try
        {
            books = ResultsBook.Read(first, planned);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException or InvalidOperationException)
        {
            return new Verdict([.. findings, new Finding("files", "", e.Message)], [], 0, 0);
        }

        foreach (TrialBook book in books)
        {
            foreach (Invariant invariant in book.IsWeighed ? Invariant.OfWeighed : Invariant.All)
                findings.AddRange(invariant.Broken(book).Take(MostOfEach).Select(what => new Finding(invariant.Name, book.Name, what)));
        }

        return new Verdict(findings, [], books.Count, books.Sum(book => (long)book.Hops.Count))
        {
            Losses = books is [{ IsWeighed: false } sample, ..] ? Fairness.Losses(sample) : default,
        };
    }

    private static IEnumerable<Finding> Different(string first, string second)
    {
        foreach (string file in ResultsBook.Files.Concat(ResultsBook.OfWeighed.Where(file => File.Exists(Path.Combine(first, file)))))
        {
            string[] one = File.ReadAllLines(Path.Combine(first, file)), other = File.ReadAllLines(Path.Combine(second, file));
            if (one.SequenceEqual(other))
                continue;
            int at = Enumerable.Range(0, Math.Min(one.Length, other.Length)).FirstOrDefault(i => one[i] != other[i], Math.Min(one.Length, other.Length));
            yield return new Finding("same", "", $"two runs of one seed differ in line {at + 1} of {file}: `{one.ElementAtOrDefault(at)}` and "
                + $"`{other.ElementAtOrDefault(at)}`");
        }
    }

    private void Run(Scenario scenario, string effective, string output, CancellationToken cancellation)
    {
        if (!scenario.NetworkOnly)
        {
            string file = Path.Combine(folder, "effective.yaml");
            File.WriteAllText(file, effective);
            RunPlan.Load(new RunOptions { Scenario = file, Output = output }).Execute(cancellation: cancellation);
            return;
        }

        system ??= new VirtualActorSystem();
        using var writer = new ResultsWriter(output, scenario.Seed, scenario.Name, scenario.SweepKeys, durable: false,
            weighsSets: scenario.Conditions.Any(variant => variant.Reliability is not null));
        foreach (PlannedTrial planned in ScenarioExpander.Plan(scenario))
        {
            ModelSpec model = planned.Model;
            var sizes = new SizesOnlyModel(model.NumHiddenLayers, model.Tokens, model.HiddenSize);
            int images = planned.Spec.Workload.Requests!.Value * planned.Spec.Workload.ImagesPerRequest;
            writer.WriteTrial(
                planned.Spec.Reliability is not null ? new ReliabilityTrial(planned.Spec, sizes, images).Run((_, _) => { }, cancellation)
                    : new VirtualTrialRunner(system) { TracedAttempts = int.MaxValue }.Run(planned.Spec, sizes, images, cancellation: cancellation),
                planned.Variant.SweepValues.ToDictionary(value => value.Key, value => value.Value), planned.Variant.SweepNumbers);
        }
    }

    private string Empty(string name)
    {
        string path = Path.Combine(folder, name);
        if (Directory.Exists(path))
            Directory.Delete(path, true);
        return path;
    }

    private void EndSystem()
    {
        system?.Dispose();
        system = null;
    }
}
