using LayerShuffle.Actors.Models;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Actors.Training;

/// <summary>Lets the steps of a training in this process meet what was found out before it began.</summary>
/// <param name="met">What they meet.</param>
/// <param name="job">The model.</param>
/// <param name="parts">Its optimizers.</param>
/// <param name="memory">What is remembered from step to step.</param>
/// <param name="log">Told in a sentence of weights that are lost or made anew; null: nobody is.</param>
public sealed class MetSteps(MetTraining met, TrainingJob job, TrainingParts parts, TrainingMemory memory, Action<string>? log)
{
    private readonly ILookup<int, MetChange> changes = met.Changes.ToLookup(change => change.Step);

    /// <summary>A training begins, or goes on: what it begins with is where layers go back to before the first checkpoint.</summary>
    public void Begin()
    {
        if (memory.States.Length == 0)
            Save(0);
    }

    /// <summary>Does to weights what is due before a step, and gives the step the way that it takes.</summary>
    public TrainStep Before(TrainStep step)
    {
        foreach (MetChange change in changes[step.Step])
            Change(change);
        MetStep way = met.Steps[step.Step];
        int[] planned = step.Route;
        return step with
        {
            Route = way.Executed,
            Routes = step.Routes?.Select(route => route.SequenceEqual(planned) ? way.Executed : [.. route.Except(way.Missed)]).ToArray(),
        };
    }

    /// <summary>A step is done.</summary>
    public void Done(StepResult result, IReadOnlyList<double> squaredNorms)
    {
        memory.Add(result.TotalLoss);
        memory.Add(squaredNorms);
    }

    /// <summary>A checkpoint is due: layers go back to it, if weights that are lost come from there.</summary>
    public void Save(int stepsDone)
    {
        if (met.GoesBack)
            memory.Keep([.. job.Model.Layers.Select((layer, i) => LayerStateFormat.Write(layer, parts.Layers[i], stepsDone - 1))], stepsDone);
    }

    private void Change(MetChange change)
    {
        int layer = change.Layer, stateStep = change.Step;
        if (change.Gone is { } gone && met.GoesBack)
        {
            LayerStateFormat.Read(memory.States[layer], job.Model.Layers[layer], parts.Layers[layer], $"the state of layer {layer} at the last checkpoint");
            stateStep = memory.StatesStep;
        }
        else
        {
            Core.Faults.LayerRestoration restoration = met.Restoration!;
            var substitutes = new LayerSubstitutes(job.Model, restoration, job.Luck, () => memory.Norms);
            using EncoderLayer made = change.Gone is { } absent ? substitutes.Make(layer, [.. absent]) : substitutes.MakeNothing(layer);
            using PartOptimizer fresh = PartOptimizer.Of(made, job.Options);
            LayerStateFormat.Read(LayerStateFormat.Write(made, fresh, change.Step - 1), job.Model.Layers[layer], parts.Layers[layer],
                $"the new state of layer {layer}");
        }

        var told = new LayerRestoration(layer, change.Step, stateStep, change.Gone is not null) { From = met.GoesBack ? null : met.Restoration?.Word };
        log?.Invoke(told.ToString());
    }
}
