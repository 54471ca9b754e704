using LayerShuffle.Report.Reading;

namespace LayerShuffle.Report.Figures;

/// <summary>All figures of a run. One that cannot be made is a sentence instead, and takes no other along.</summary>
/// <param name="Figures">The figures, in the order of the page.</param>
/// <param name="Failed">What could not be made, and why.</param>
public sealed record FigureBook(IReadOnlyList<Figure> Figures, IReadOnlyList<string> Failed)
{
    /// <summary>Makes them.</summary>
    public static FigureBook Of(RunFolder run)
    {
        List<Figure> figures = [];
        List<string> failed = [];
        Make("slide", () => [SlideFigure.Of(run)]);
        Make("accuracy", () => [AccuracyFigure.Of(run)]);
        Make("loss", () => [AccuracyFigure.Loss(run)]);
        Make("swept quantities", () => SweepFigures.Of(run));
        Make("trade-offs", () => TradeOffFigures.Of(run));
        Make("latency", () => LatencyFigures.Of(run));
        Make("timeline", () => TimelineFigure.Telling(run, 1).Select(trial => TimelineFigure.Of(run, trial)));
        Make("layers", () => LayerFigures.Of(run));
        Make("training", () => [TrainingFigure.Of(run)]);
        return new FigureBook(figures, failed);

        void Make(string what, Func<IEnumerable<Figure?>> make)
        {
            try
            {
                figures.AddRange(make().OfType<Figure>());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failed.Add($"the figure of {what} cannot be made: {e.Message}");
            }
        }
    }

    /// <summary>The figures whose names begin with a word.</summary>
    public IReadOnlyList<Figure> Named(string word) =>
        [.. Figures.Where(figure => figure.Id == word || figure.Id.StartsWith(word + "-", StringComparison.Ordinal))];
}
