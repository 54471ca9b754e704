using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;
using LayerShuffle.Report.Replays;

namespace LayerShuffle.Report.Page;

/// <summary>Puts the page together, section by section, in the order in which somebody asks: what, how well, at what price, why, how sure, how again.</summary>
/// <param name="run">The run.</param>
/// <param name="book">Its figures.</param>
/// <param name="trials">The trials that can be played.</param>
internal sealed class PageBuilder(RunFolder run, FigureBook book, IReadOnlyList<ReplayTrial> trials)
{
    private const int MostTimelines = 12;

    /// <summary>The page.</summary>
    public PageModel Build()
    {
        var tables = new ResultTables(run);
        var events = new EventTables(run);
        List<PageSection> sections =
        [
            new("accuracy", run.HasModel ? "Accuracy" : "Completion", run.HasModel
                ? "Top-1 accuracy of all images offered, for every model under every condition, with 95% intervals."
                : "The network alone was simulated, without a model: the share of requests that completed, with 95% intervals.")
            {
                Figures = [.. book.Named("accuracy"), .. book.Named("loss")],
                Tables = [.. tables.Survival(), tables.Conditions()],
            },
            .. Swept(),
            new("tradeoffs", "What it costs", run.HasPolicies
                ? "What results cost: latency, bytes, energy. Then how the policies rank, each compared with the best on the same bad luck."
                : "What results cost: latency, bytes, energy.")
            {
                Figures = book.Named("tradeoff"),
                Tables = [.. tables.Costs(), .. tables.Ranking()],
            },
            new("latency", "Latency", "The share of requests that are answered within a time.")
            {
                Figures = book.Named("latency"),
                Tables = [tables.Latency()],
            },
            Timeline(events),
            Replay(),
            new("layers", "Layers", "How many layers completed requests executed, how many they lost, and in which order they went through them.")
            {
                Figures = book.Named("layers"),
                Tables = [.. tables.Layers()],
            },
            .. Worth(tables),
            new("ledger", "Asked and happened", "What the scenario asked the network and the faults to do, beside what they did.")
            {
                Tables = [.. events.Faults(), .. events.Links(), .. events.Recovery()],
            },
            new("training", "Training", run.Training.Count > 0 ? "" : "No training is recorded: the network alone was simulated, or models were not trained.")
            {
                Figures = book.Named("training"),
                Tables = [.. events.Training()],
            },
            new("expectations", "Expectations", run.Facts.Expectations.Count > 0 ? ""
                : "The scenario expects nothing, or the run did not come so far as to judge it.")
            {
                Tables = [.. events.Expectations()],
            },
            new("scenario", "Scenario", "As it was run, with everything that the command line changed.") { Code = run.Scenario },
            Machine(),
        ];
        return new PageModel { Title = run.Name, Sentences = Sentences.Of(run), Missing = run.Missing, Sections = sections };
    }

    private IEnumerable<PageSection> Swept()
    {
        var figures = book.Named("sweep");
        if (figures.Count > 0)
            yield return new("swept", "Swept quantities", "How results change with what the scenario sweeps.") { Figures = figures };
    }

    private PageSection Timeline(EventTables events)
    {
        int[] telling = [.. TimelineFigure.Telling(run, MostTimelines)];
        List<Figure> figures = [.. telling.Select(trial => (Trial: trial, Figure: TimelineFigure.Of(run, trial))).Where(pair => pair.Figure is not null)
            .Select(pair => pair.Figure! with { Id = FormattableString.Invariant($"timeline-{pair.Trial}") })];
        return new PageSection("timeline", "Over time", figures.Count == 0 ? "Without requests.csv there is no timeline."
            : "Requests as they complete, how many a second, and what struck meanwhile (shaded).")
        {
            Figures = [.. figures.Take(1)],
            Hidden = [.. figures.Skip(1)],
            Choices = [.. figures.Select(figure => new PageChoice(figure.Id, figure.Subtitle))],
            Tables = [.. events.Ledger(telling)],
        };
    }

    private PageSection Replay() => new("replay", "Replay", trials.Count == 0
        ? "No hops were traced (the scenario's key trace), or hops.csv is not there: there is nothing to play."
        : "Activations on their way through the cluster, as hops.csv tells it. Below are the requests; each opens its journey.")
    {
        HasReplay = trials.Count > 0,
    };

    private IEnumerable<PageSection> Worth(ResultTables tables)
    {
        if (run.Probes.Count + run.Reliability.Count + run.Importance.Count == 0)
            yield break;
        yield return new("importance", "What layers are worth", "Which layers a model can do without, and what dead nodes cost it.")
        {
            Figures = [.. book.Named("importance"), .. book.Named("reliability")],
            Tables = [.. tables.Worth()],
        };
    }

    private PageSection Machine() => new("machine", "How it was made", "")
    {
        Facts =
        [
            .. run.Facts.Details.Select(detail => new PageFact(detail.Name, detail.Value)),
            .. run.Facts.Models.Select(model => new PageFact($"model {model.Name}", $"{(model.Reused ? "reused" : "trained")}, {Words.Number(model.Seconds)} s"
                + (model.Disturbed.Length > 0 ? $", disturbed: {model.Disturbed}" : ""))),
        ],
        Command = run.Facts.Command.Length > 0 ? run.Facts.Command
            : run.Scenario.Length > 0 ? $"layershuffle run scenario.yaml{(run.Seed.Length > 0 ? $" --seed {run.Seed}" : "")}" : "",
    };
}
