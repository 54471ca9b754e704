using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results;

namespace LayerShuffle.Report.Tests;

/// <summary>A results folder made by hand: two models, two policies, swept losses, a crash.</summary>
internal sealed class SampleRun : Scratch
{
    private static readonly string[] Losses = ["0%", "2.5%", "10%"];

    public SampleRun(string plain = "plain", string policy = "patient", string condition = "lossy", string node = "node-1")
    {
        using (var writer = new ResultsWriter(Folder, 7, "sample", ["network.loss"], durable: false))
        {
            writer.WriteTraining(Enumerable.Range(1, 3).SelectMany(epoch => new[] { plain, "shuffled" }
                .Select(model => new TrainingRecord(model, 0, epoch, 10 * epoch, 2.5 / epoch, 2.25 / epoch, null, 1e-3, 0.25 * epoch, 0.2 * epoch))));
            int trial = 0;
            foreach (string model in new[] { plain, "shuffled" })
            {
                foreach (string own in new[] { policy, "hasty" })
                {
                    foreach (string loss in Losses)
                        writer.WriteTrial(Trial(new TrialKey(trial++, model, 0, own, $"{condition}[network.loss={loss}]", 0), node),
                            new Dictionary<string, string> { ["network.loss"] = loss },
                            new Dictionary<string, double>
                            {
                                ["network.loss"] = double.Parse(loss[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100,
                            });
                }
            }

            writer.WriteSummary();
        }

        Write("scenario.yaml", $"name: sample\ndescription: \"What is shown, and <b>why</b>\"\nseed: 7\nconditions:\n  \"{condition}\": {{}}\n");
        Write("run.json", """
            {"state": "done", "exit": {"code": 1, "reason": "expectation_failed", "message": null}, "scenario": "sample", "seed": 7, "clock": "virtual",
             "trials_done": 12, "trials": 12,
             "command": "layershuffle run sample.yaml --seed 7", "machine": {"os": "Linux", "processors": 2},
             "expectations": [{"expectation": "{metric: top1, min: 90%}", "group": "plain / patient / lossy", "metric": "top1",
               "measured": 0.625, "min": 0.9, "holds": false}]}
            """);
    }

    public string Page => File.ReadAllText(At(RunReport.PageFile));

    private static TrialRecord Trial(TrialKey key, string node)
    {
        int harsh = key.Trial % 3;
        RequestRecord[] requests = [.. Enumerable.Range(0, 40)
            .Select(i => Request(i, 10.25 + (i % 7) + (20 * harsh), (key.Trial + i) % 4, i % 11 == 10 && harsh == 2))];
        return new TrialRecord
        {
            Key = key,
            Requests = requests,
            Hops = [.. requests.SelectMany(request => Hops(request, node))],
            Ledger =
            [
                new LedgerEntry(At(50), "outage", "crash", node, "began") { },
                new LedgerEntry(At(120), "outage", "crash", node, "restarted") { Lasted = Ms(70) },
            ],
            Links = [],
            Layers = 3,
            Deadline = Ms(1000),
            Retries = 4,
            ResultsSuperseded = 0,
            Length = Ms(400),
            Availability = 0.9,
            HasModel = true,
        };
    }

    private static RequestRecord Request(int number, double latencyMs, int correct, bool fails) => new()
    {
        Request = number,
        FirstImage = number * 4,
        Images = 4,
        Correct = fails ? null : correct,
        CorrectTop5 = fails ? null : 4,
        Loss = fails ? null : 0.5 + (0.25 * (4 - correct)),
        Outcome = fails ? RequestOutcome.Failed : RequestOutcome.Completed,
        Submitted = At(number * 9.5),
        Latency = fails ? null : Ms(latencyMs),
        Order = fails ? null : [0, 2, 1],
        Skipped = fails ? null : number % 5 == 0 ? [1] : [],
        Pruned = [],
        Retries = fails ? null : number % 3,
    };

    private static IEnumerable<HopRecord> Hops(RequestRecord request, string node)
    {
        for (int position = 0; position < 3; position++)
        {
            double sent = request.Submitted.TotalMilliseconds + (3 * position);
            yield return new HopRecord
            {
                Request = request.Request,
                Branch = 0,
                Position = position,
                Attempt = 0,
                From = position == 0 ? "coordinator" : node,
                To = node,
                Layer = position,
                Sent = At(sent),
                Delivered = request.Latency is null ? null : At(sent + 1.5),
                Acked = At(sent + 2),
                ComputeStart = At(sent + 1.5),
                ComputeEnd = At(sent + 2.5),
                Fate = request.Latency is null ? "lost" : "delivered",
            };
        }
    }

    private static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    private static Instant At(double milliseconds) => Instant.Zero + Ms(milliseconds);
}
