using System.CommandLine;
using System.CommandLine.Parsing;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cli.Commands;

/// <summary>The options of <c>run</c>, in the order in which its help tells of them.</summary>
internal sealed class RunSwitches
{
    private readonly Argument<string> scenario = PathWord.Argument("scenario", "SCENARIO", "The scenario file.");

    private readonly Option<string?> directory = PathWord.Option("--output", "DIR", "Where the results go (default: results/NAME/UTC-TIME).");

    private readonly Option<string[]> sets = new("--set")
    {
        Description = "Overrides a key of the scenario, e.g. --set network.loss=2%. May be repeated.",
        HelpName = "KEY=VALUE"
    };

    private readonly Option<string[]> only = new("--only")
    {
        Description = "Runs a part: --only condition=ideal,policy=retry,model=shuffled. May be repeated; what else is expected is not judged.",
        HelpName = "KIND=NAME"
    };

    private readonly Option<long?> seed = new("--seed") { Description = "Overrides the scenario's seed.", HelpName = "N" };

    private readonly Option<string?> seeds = new("--seeds")
    {
        Description = "Runs it once for each seed, each in a folder of its own (DIR/seed-1, …), and tells of all of them together.",
        HelpName = "A..B"
    };

    private readonly Option<bool> checkDeterminism = new("--check-determinism")
    {
        Description = "Runs every trial twice and fails, naming the first event that differs, where the two are not the same."
    };

    private readonly Option<string> device = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
        HelpName = "DEVICE"
    };

    private readonly Option<int?> threads = new("--threads") { Description = "Computing threads; part of what makes runs identical.", HelpName = "N" };

    private readonly Option<string?> resume = PathWord.Option("--resume", "DIR", "Goes on with the run in this folder: finished trials are kept.");

    private readonly Option<bool> retrain = new("--retrain") { Description = "Trains models again that are kept from an earlier run." };

    private readonly Option<bool> anywhere = new("--trained-anywhere")
    {
        Description = "Takes kept models also if another device, processor or number of threads trained them: a GPU machine's, say."
    };

    private readonly Option<int> trainings = new("--trainings")
    {
        Description = "Trains so many models side by side, each with the scenario's threads; the same weights as one after the other.",
        DefaultValueFactory = _ => 1,
        HelpName = "N"
    };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Prints what would happen and what can be foretold; runs nothing." };

    private readonly Option<bool> noReport = new("--no-report") { Description = "Draws no plots and no page when it is over; `report DIR` does so later." };

    private readonly Option<string?> metrics = new("--metrics")
    {
        Description = "Exports metrics while it runs: to an OpenTelemetry collector, for Prometheus to fetch, or to the console.",
        HelpName = MetricsExport.Values
    };

    private readonly Option<string?> traces = new("--traces")
    {
        Description = "Sends the requests of a wall-clock run to an OpenTelemetry collector: a trace per request, a span per hop, faults as events.",
        HelpName = TracesExport.Values
    };

    private readonly Option<string?> watch = new(WatchOption.Name)
    {
        Description = "Serves a page that shows the run while it goes on, on this machine alone unless a host is given: then it asks for a token. Without a "
            + "port: any that is free.",
        HelpName = WatchOption.Values,
        Arity = ArgumentArity.ZeroOrOne
    };

    private readonly Option<string[]> formats = new("--format")
    {
        Description = "Writes results in these formats too, besides CSV: Parquet files, and TensorBoard's event files of trainings. May be repeated.",
        HelpName = OutputFormats.Words
    };

    private readonly Option<string?> summary = PathWord.Option("--summary", "FILE",
        "Appends what came out to this file as GitHub-flavoured Markdown, also of a run that fails: for a CI job's page.");

    private readonly Option<string?> listen = new("--listen")
    {
        Description = "Where other machines' nodes join (`node --join`); needs `clock: wall`. Port 0 takes a free one.",
        HelpName = "HOST:PORT"
    };

    private readonly Option<int?> workers = new("--workers")
    {
        Description =
            "How many nodes to wait for; goes with --listen. All of the scenario, or fewer with `cluster.recovery: rehost`: the others may join later.",
        HelpName = "N"
    };

    private readonly Option<string?> publicHost = new("--public-host")
    {
        Description = "The host name under which other machines reach this one (with --listen 0.0.0.0: this machine's own name).",
        HelpName = "HOST"
    };

    private readonly Option<int?> controlPort = new("--control-port")
    {
        Description = "The port on which this process takes control messages of nodes; goes with --listen (default: any that is free).",
        HelpName = "PORT"
    };

    private readonly Option<int?> dataPort = new("--data-port")
    {
        Description = "The port on which this process takes activations of nodes; goes with --listen (default: any that is free).",
        HelpName = "PORT"
    };

    private readonly SecuritySwitches security = new();

    /// <summary>Adds them to the command, and checks what goes together.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(scenario);
        foreach (Option option in new Option[]
        {
            directory, sets, only, seed, seeds, device, threads, resume, retrain, anywhere, trainings, dryRun, checkDeterminism, noReport, watch, listen,
            workers, publicHost, controlPort, dataPort, metrics, traces, formats, summary,
        })
            command.Options.Add(option);
        security.AddTo(command);
        command.Validators.Add(Check);
    }

    /// <summary>Whether what was measured is drawn when it is over.</summary>
    public bool Draws(ParseResult parsed, Surroundings surroundings) => surroundings.Draws && !parsed.GetValue(noReport);

    /// <summary>The seeds under which it is run, one after the other; null: one.</summary>
    public SeedRange? Seeds(ParseResult parsed) => parsed.GetValue(seeds) is { } text ? SeedRange.Parse(text) : null;

    /// <summary>Whether nothing is to be run.</summary>
    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(dryRun);

    /// <summary>Where metrics are exported to; null: nowhere.</summary>
    public string? Metrics(ParseResult parsed) => parsed.GetValue(metrics);

    /// <summary>Where traces are sent to; null: nowhere.</summary>
    public string? Traces(ParseResult parsed) => parsed.GetValue(traces);

    /// <summary>Where the run is shown while it goes on; null: nowhere.</summary>
    /// <exception cref="UsageException">That is no such place.</exception>
    public HostAddress? Watch(ParseResult parsed) => parsed.GetResult(watch) is { Implicit: false } ? WatchOption.Parse(parsed.GetValue(watch)) : null;

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It cannot be.</exception>
    public RunOptions Read(ParseResult parsed, Surroundings surroundings)
    {
        if (parsed.GetValue(workers) is < 1 and int few)
            throw new UsageException($"--workers {few}: expected at least 1.");
        if (parsed.GetValue(trainings) is < 1 and int none)
            throw new UsageException($"--trainings {none}: expected at least 1.");
        Devices.Parse(parsed.GetValue(device)!);
        return new RunOptions
        {
            Scenario = parsed.GetValue(scenario)!,
            Output = parsed.GetValue(directory),
            Sets = parsed.GetValue(sets) ?? [],
            Only = parsed.GetValue(only) ?? [],
            Seed = parsed.GetValue(seed),
            Device = parsed.GetValue(device)!,
            Threads = parsed.GetValue(threads),
            Resume = parsed.GetValue(resume),
            Retrain = parsed.GetValue(retrain),
            TrainedAnywhere = parsed.GetValue(anywhere),
            Trainings = parsed.GetValue(trainings),
            Formats = OutputFormats.Parse(parsed.GetValue(formats) ?? []),
            Summary = Summary(parsed.GetValue(summary)),
            CheckDeterminism = parsed.GetValue(checkDeterminism),
            Cluster = new ClusterOptions(
                parsed.GetValue(listen) is { } address ? HostPort.Parse("--listen", address, portNeeded: true, zeroAllowed: true) : null,
                parsed.GetValue(workers), parsed.GetValue(publicHost) is { } host ? HostPort.PublicHost(host) : null, security.Read(parsed).Checked())
            {
                ControlPort = HostPort.Port("--control-port", parsed.GetValue(controlPort)),
                DataPort = HostPort.Port("--data-port", parsed.GetValue(dataPort)),
            },
            Again = [.. surroundings.Started, .. Again(parsed.Tokens, [directory.Name, resume.Name, seeds.Name], [retrain.Name])],
            Time = surroundings.Time,
        };
    }

    private static string? Summary(string? file) => file is null ? null
        : Directory.Exists(file) ? throw new UsageException($"--summary: {file} is a folder. Name the file to write.")
        : Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))) ? Path.GetFullPath(file)
        : throw new UsageException($"--summary: there is no folder to write {file} into. Create it, or name another file.");

    private void Check(CommandResult result)
    {
        if (result.GetValue(resume) is not null && result.GetValue(directory) is not null)
            result.AddError("--resume DIR goes on in DIR: leave --output out.");
        if (result.GetValue(anywhere) && result.GetValue(retrain))
            result.AddError("--retrain trains again what --trained-anywhere would take from elsewhere: leave one of them out.");
        if (result.GetValue(seeds) is not null && result.GetValue(seed) is not null)
            result.AddError("--seeds A..B names all seeds: leave --seed out.");
        if (result.GetValue(seeds) is not null && result.GetResult(listen) is { Implicit: false })
            result.AddError("--seeds starts a run for each seed, and nodes of other machines join one run: leave --listen out, or give one --seed.");
        bool listens = result.GetResult(listen) is { Implicit: false }, waits = result.GetResult(workers) is { Implicit: false };
        if (listens && !waits)
            result.AddError("--listen HOST:PORT needs --workers N: for how many nodes to wait.");
        foreach (Option<int?> port in new[] { controlPort, dataPort })
        {
            if (!listens && result.GetResult(port) is { Implicit: false })
                result.AddError($"{port.Name} goes with --listen HOST:PORT.");
        }

        if (!listens && result.GetValue(publicHost) is not null)
            result.AddError("--public-host goes with --listen HOST:PORT.");
        if (waits && !listens)
            result.AddError("--workers N needs --listen HOST:PORT: where nodes of other machines join. Without both, the run starts a worker for every "
                + "node of the scenario by itself.");
    }

    /// <summary>The words of a command line without some of its options: what to say to go on with a run.</summary>
    private static IEnumerable<string> Again(IReadOnlyList<Token> tokens, string[] withValue, string[] alone)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            bool isOption = tokens[i].Type == TokenType.Option;
            if (isOption && withValue.Contains(tokens[i].Value))
                i++;
            else if (!isOption || !alone.Contains(tokens[i].Value))
                yield return tokens[i].Value;
        }
    }
}
