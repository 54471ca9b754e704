using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Csv;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Journeys;

/// <summary>Finds one request in the files of a run.</summary>
public static class JourneyReader
{
    private const int MostListed = 12;

    /// <summary>Reads a request's journey.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="query">Which request.</param>
    /// <exception cref="JourneyException">There is none, it was not traced, or several are meant.</exception>
    public static Journey Read(string directory, JourneyQuery query)
    {
        TrialKey trial = Trial(directory, query);
        RequestRecord request = Request(directory, trial, query.Request);
        HopRecord[] hops = [.. RowsOf(directory, ResultsFiles.Hops, trial).Where(row => CsvFormat.ParseInteger(row["request"]) == query.Request).Select(Hop)];
        if (hops.Length == 0)
            throw new JourneyException(NotTraced(directory, trial, query.Request));
        return Journey.Of(trial, request, hops, RowsOf(directory, ResultsFiles.Faults, trial).Select(Entry));
    }

    /// <summary>The trial that a query means.</summary>
    /// <exception cref="JourneyException">There is none, or several.</exception>
    public static TrialKey Trial(string directory, JourneyQuery query)
    {
        string conditions = Path.Combine(directory, ResultsFiles.Conditions);
        if (!File.Exists(conditions))
            throw new JourneyException($"{directory} holds no results: there is no {ResultsFiles.Conditions} in it. Name the folder of a run, such as "
                + "results/NAME/latest.");
        TrialKey[] all = [.. ResultsReader.Rows(conditions).Select(ResultsReader.Key)];
        if (all.Length == 0)
            throw new JourneyException($"{directory} holds no finished trial.");
        TrialKey[] meant =
        [
            .. all.Where(key => query.Condition is null || query.Condition == key.Condition || query.Condition == SweptColumns.Bare(key.Condition))
                .Where(key => query.Model is null || query.Model == key.Model).Where(key => query.Policy is null || query.Policy == key.Policy)
                .Where(key => query.Repeat is null || query.Repeat == key.Repeat)
                .Where(key => query.TrainingSeed is null || query.TrainingSeed == key.TrainingSeed),
        ];
        return meant.Length switch
        {
            1 => meant[0],
            0 => throw new JourneyException($"No trial of {directory} is meant by that. It has {Choices(all, always: true)}."),
            _ => throw new JourneyException(FormattableString.Invariant($"{meant.Length} trials have a request {query.Request}. Choose by ")
                + $"{Choices(meant, always: false)}."),
        };
    }

    /// <summary>What distinguishes trials, as options.</summary>
    private static string Choices(TrialKey[] keys, bool always)
    {
        (string Option, string[] Values)[] all =
        [
            ("--condition", Values(key => key.Condition)),
            ("--model", Values(key => key.Model)),
            ("--policy", Values(key => key.Policy)),
            ("--repeat", Values(key => CsvFormat.Number(key.Repeat))),
            ("--training-seed", Values(key => CsvFormat.Number(key.TrainingSeed))),
        ];
        return string.Join("; ", all.Where(choice => always || choice.Values.Length > 1).Select(choice =>
            $"{choice.Option} {string.Join(", ", choice.Values.Take(MostListed))}{(choice.Values.Length > MostListed ? ", …" : "")}"));

        string[] Values(Func<TrialKey, string> of) => [.. keys.Select(of).Distinct()];
    }

    private static RequestRecord Request(string directory, TrialKey trial, int request)
    {
        int last = -1;
        foreach (ResultsRow row in RowsOf(directory, ResultsFiles.Requests, trial))
        {
            last = CsvFormat.ParseInteger(row["request"]);
            if (last == request)
                return Record(row);
        }

        throw new JourneyException(FormattableString.Invariant($"There is no request {request}: trial {trial.Trial} ({Name(trial)}) has the requests 0 to ")
            + FormattableString.Invariant($"{last}."));
    }

    private static string NotTraced(string directory, TrialKey trial, int request)
    {
        int[] traced = [.. RowsOf(directory, ResultsFiles.Hops, trial).Select(row => CsvFormat.ParseInteger(row["request"])).Distinct().Order()];
        string there = traced.Length == 0 ? $"{ResultsFiles.Hops} has no hop of trial {trial.Trial}"
            : FormattableString.Invariant($"{ResultsFiles.Hops} has hops of the requests {traced[0]} to {traced[^1]} of trial {trial.Trial}");
        return FormattableString.Invariant($"Request {request} was not traced: {there}. `trace` in the scenario says how many requests are; run it again with ")
            + FormattableString.Invariant($"--set trace={request + 1}, or with --set trace=all.");
    }

    /// <summary>How sentences call a trial.</summary>
    internal static string Name(TrialKey trial) => FormattableString.Invariant($"{trial.Model} / {trial.Policy} / {trial.Condition}, repeat {trial.Repeat}")
        + (trial.TrainingSeed > 0 ? FormattableString.Invariant($", training seed {trial.TrainingSeed}") : "");

    private static IEnumerable<ResultsRow> RowsOf(string directory, string file, TrialKey trial)
    {
        string path = Path.Combine(directory, file), number = CsvFormat.Number(trial.Trial);
        if (!File.Exists(path))
            throw new JourneyException($"{path} is not there: nothing is known of single requests.");
        return ResultsReader.Rows(path).Where(row => row["trial"] == number);
    }

    private static RequestRecord Record(ResultsRow row) => new()
    {
        Request = CsvFormat.ParseInteger(row["request"]),
        FirstImage = CsvFormat.ParseInteger(row["first_image"]),
        Images = CsvFormat.ParseInteger(row["images"]),
        Correct = Count(row["correct"]),
        CorrectTop5 = Count(row["correct_top5"]),
        Loss = CsvFormat.ParseNumber(row.Newer("loss")),
        WarmUp = row["warm_up"] == "true",
        Outcome = row["outcome"] switch
        {
            "completed" => RequestOutcome.Completed,
            "failed" => RequestOutcome.Failed,
            _ => RequestOutcome.DeadlineExceeded,
        },
        Submitted = At(row["submitted_ms"])!.Value,
        Latency = At(row["latency_ms"]) is { } latency ? latency - Instant.Zero : null,
        Order = row["outcome"] == "completed" ? Layers(row["order"]) : null,
        Skipped = row["outcome"] == "completed" ? Layers(row["skipped"]) : null,
        Pruned = Layers(row["pruned"]),
        Retries = Count(row["retries"]),
    };

    private static HopRecord Hop(ResultsRow row) => new()
    {
        Request = CsvFormat.ParseInteger(row["request"]),
        Branch = CsvFormat.ParseInteger(row["branch"]),
        Position = CsvFormat.ParseInteger(row["position"]),
        Attempt = CsvFormat.ParseInteger(row["attempt"]),
        From = row["from"],
        To = row["to"],
        Layer = Count(row["layer"]),
        Sent = At(row["sent_ms"])!.Value,
        Delivered = At(row["delivered_ms"]),
        Acked = At(row["acked_ms"]),
        ComputeStart = At(row["compute_start_ms"]),
        ComputeEnd = At(row["compute_end_ms"]),
        Fate = row["fate"],
    };

    private static LedgerEntry Entry(ResultsRow row) => new(At(row["time_ms"])!.Value, row["fault"], row["kind"], row["target"], row["effect"]);

    // Times are whole nanoseconds that were written as milliseconds.
    private static Instant? At(string cell) => CsvFormat.ParseNumber(cell) is { } ms ? new Instant((long)Math.Round(ms * 1e6)) : null;

    private static int? Count(string cell) => cell.Length == 0 ? null : CsvFormat.ParseInteger(cell);

    private static int[] Layers(string cell) => [.. cell.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CsvFormat.ParseInteger)];
}
