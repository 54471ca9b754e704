using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Models;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Plans;

/// <summary>
/// How long the requests of a trial compute on the virtual clock: what makes a trial of milliseconds take minutes is said before, with what to set.
/// </summary>
internal static class RequestForecast
{
    /// <summary>Trials that compute less than this are not worth a word.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    // A guess for the dry run, which computes nothing: a processor of these years on small tensors. A run measures.
    private const double SecondsPerLayer = 150e-6, OperationsPerSecond = 50e9;

    /// <summary>A sentence for every model and workload whose trials compute long, going by its size.</summary>
    public static IEnumerable<string> Guesses(Scenario scenario, IReadOnlyList<PlannedTrial> trials, RunData data) =>
        scenario.Clock == ScenarioClock.Virtual ? Sentences(trials, data, trial => Guess(trial.Model, scenario.Threads, trial.Spec.Workload.ImagesPerRequest),
            "(a guess by the model's size) up to") : [];

    /// <summary>A sentence for every model and workload whose trials compute long, measured.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="trials">The trials that are still to be run.</param>
    /// <param name="data">The images.</param>
    /// <param name="model">A trial's model and its test images.</param>
    /// <param name="time">The clock.</param>
    public static IEnumerable<string> Measured(Scenario scenario, IReadOnlyList<PlannedTrial> trials, RunData data,
        Func<PlannedTrial, (TrainedModel Model, ITestImages Images)> model, TimeProvider time) =>
        scenario.Clock == ScenarioClock.Virtual
            ? Sentences([.. trials.Where(trial => Requests(trial, data) >= 1000)], data,
                trial => Measure(model(trial), trial.Spec.Workload.ImagesPerRequest, time), "up to")
            : [];

    /// <summary>Requests of a trial.</summary>
    private static int Requests(PlannedTrial trial, RunData data)
    {
        WorkloadSpec workload = trial.Spec.Workload;
        return workload.Requests ?? (data.Dataset(trial.Model).Test.Count - 1) / workload.ImagesPerRequest + 1;
    }

    private static IEnumerable<string> Sentences(IReadOnlyList<PlannedTrial> trials, RunData data, Func<PlannedTrial, double> seconds, string how)
    {
        foreach (IGrouping<(string Model, int Requests, int Images), PlannedTrial> alike in trials.GroupBy(trial => (trial.Model.Name, Requests(trial, data),
            trial.Spec.Workload.ImagesPerRequest)))
        {
            TimeSpan each = TimeSpan.FromSeconds(seconds(alike.First()) * alike.Key.Requests);
            if (each < Long)
                continue;
            yield return FormattableString.Invariant($"{alike.Key.Model}: {alike.Key.Requests} requests of ")
                + FormattableString.Invariant($"{(alike.Key.Images == 1 ? "one image" : $"{alike.Key.Images} images")} compute {how} ")
                + FormattableString.Invariant($"{TrainingForecast.Text(each)} in each of {alike.Count()} trial(s), ")
                + "less where requests run as planned or an earlier trial had the same layers in the same order. "
                + (alike.Key.Images < 50 ? "`workload: {images_per_request: 50}` takes a fraction of that; `workload: {requests: 1000}` asks less."
                    : "`workload: {requests: N}` asks less.");
        }
    }

    private static double Guess(ModelSpec model, int threads, int images)
    {
        double d = model.HiddenSize, tokens = model.Tokens, perToken = 2 * ((4 * d * d) + (2 * d * model.IntermediateSize) + (2 * tokens * d));
        return model.NumHiddenLayers * (SecondsPerLayer + (images * tokens * perToken / (OperationsPerSecond * threads)));
    }

    /// <summary>Seconds of one request, the least of a few.</summary>
    private static double Measure((TrainedModel Model, ITestImages Images) asked, int count, TimeProvider time)
    {
        const int Rounds = 4;
        var model = new TensorTrialModel(asked.Model.Model, asked.Images);
        int[] images = [.. Enumerable.Range(0, Math.Min(count, asked.Images.Count))];
        double least = double.PositiveInfinity;
        for (int request = 0; request < Rounds; request++)
        {
            long begin = time.GetTimestamp();
            object? activation = model.Embed(request, images);
            for (int layer = 0; layer < model.Layers; layer++)
                activation = model.Execute(layer, activation, request, layer);
            model.Judge(activation, images);
            model.Release(request);
            least = Math.Min(least, time.GetElapsedTime(begin).TotalSeconds);
        }

        return least;
    }
}
