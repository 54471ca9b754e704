using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Simulation;

/// <summary>
/// Sends the steps of a training through the virtual cluster before it begins, as requests without tensors, one after the other: the same coordinator, nodes,
/// couriers and faults as in any trial.
/// </summary>
/// <param name="system">Where the trial runs.</param>
public sealed class TrainingRehearsal(VirtualActorSystem system)
{
    /// <summary>Attempts at one step before the training is given up.</summary>
    public const int MostAttempts = 100;

    /// <summary>What the steps meet.</summary>
    /// <param name="spec">The cluster, its links and faults, and how requests are routed there.</param>
    /// <param name="outline">The training.</param>
    /// <param name="cancellation">Stops between two events.</param>
    /// <exception cref="TrainingInterruptedException">A step failed too often.</exception>
    public MetTraining Run(TrialSpec spec, TrainingOutline outline, CancellationToken cancellation = default)
    {
        var source = new Steps(outline);
        List<WeightsChange> changes = [];
        var runner = new VirtualTrialRunner(system) { Source = source, WeightsChanged = changes.Add };
        TrialRecord trial = runner.Run(spec, new SizesOnlyModel(outline.Config.NumHiddenLayers, outline.Config.Tokens, outline.Config.HiddenSize), 1,
            source.Ended, cancellation);
        if (source.IsStuck)
        {
            string tried = FormattableString.Invariant($"{MostAttempts} attempts at it failed in the virtual cluster, the last at {trial.Requests[^1].Ended}");
            throw new TrainingInterruptedException(spec.Key.Model, source.Done.Count,
                tried + "; `routing.on_failure: skip` goes on without layers that do not answer.");
        }

        return new MetTraining(outline, source.Done, [.. Changes(changes, source.Done)], new TrialSetting(spec, outline.Config.NumHiddenLayers).Restoration(),
            trial);
    }

    /// <summary>What befalls single layers: weights that are made anew, and those that are gone while nobody serves the layer any more.</summary>
    private static IEnumerable<MetChange> Changes(IReadOnlyList<WeightsChange> changes, IReadOnlyList<MetStep> steps)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            WeightsChange change = changes[i];
            int step = FirstEnding(steps, change.At);
            if (step == steps.Count)
                yield break; // the training is over
            foreach (int layer in change.Layers)
            {
                if (change.Gone is null
                    && (changes.Skip(i + 1).Any(later => later.Layers.Contains(layer)) || steps.Skip(step).Any(met => met.Executed.Contains(layer))))
                    continue; // its new weights come, or others serve it
                yield return new MetChange(step, layer, change.Node, change.At, change.Gone is { } gone ? [.. gone.Order()] : null);
            }
        }
    }

    /// <summary>The first step that was not done at an instant.</summary>
    private static int FirstEnding(IReadOnlyList<MetStep> steps, Instant at)
    {
        (int low, int high) = (0, steps.Count);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = steps[middle].Ends < at ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The steps as requests. An attempt that fails is one more request.</summary>
    private sealed class Steps(TrainingOutline outline) : IRequestSource
    {
        private readonly List<MetStep> done = new(outline.Steps);
        private int[] planned = [];
        private int attempts;

        public int Count { get; private set; } = outline.Steps;

        public IReadOnlyList<MetStep> Done => done;

        public bool IsStuck => attempts == MostAttempts;

        public int[] Images(int request) => new int[outline.BatchOf(done.Count)];

        public PlannedRoute Route(int request) => new(planned = outline.Route(done.Count, 0), []);

        public void Ended(RequestRecord attempt)
        {
            attempts++;
            if (attempt is { Outcome: RequestOutcome.Completed, Order: { } executed })
            {
                done.Add(new MetStep([.. executed], [.. planned.Except(executed).Order()], attempts, attempt.Ended ?? attempt.Submitted));
                attempts = 0;
            }
            else
            {
                Count = IsStuck ? attempt.Request + 1 : Count + 1;
            }
        }
    }
}
