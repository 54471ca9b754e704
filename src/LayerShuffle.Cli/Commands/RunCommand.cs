using System.CommandLine;
using System.CommandLine.Parsing;
using LayerShuffle.Cli.Running;
using LayerShuffle.Cli.Terminal;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>run</c>: a scenario from training to CSV.</summary>
internal static class RunCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "run";

    public static Command Create(Surroundings surroundings)
    {
        Argument<string> scenario = PathWord.Argument("scenario", "SCENARIO", "The scenario file.");
        Option<string?> directory = PathWord.Option("--output", "DIR", "Where the results go (default: results/NAME/UTC-TIME).");
        var sets = new Option<string[]>("--set")
        {
            Description = "Overrides a key of the scenario, e.g. --set network.loss=2%. May be repeated.",
            HelpName = "KEY=VALUE"
        };
        var only = new Option<string[]>("--only")
        {
            Description =
            "Runs a part: --only condition=ideal,policy=retry,model=shuffled. May be repeated; what else is expected is not judged.",
            HelpName = "KIND=NAME"
        };
        var seed = new Option<long?>("--seed") { Description = "Overrides the scenario's seed.", HelpName = "N" };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu", HelpName = "DEVICE" };
        var threads = new Option<int?>("--threads") { Description = "Computing threads; part of what makes runs identical.", HelpName = "N" };
        Option<string?> resume = PathWord.Option("--resume", "DIR", "Goes on with the run in this folder: finished trials are kept.");
        var retrain = new Option<bool>("--retrain") { Description = "Trains models again that are kept from an earlier run." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Prints what would happen and what can be foretold; runs nothing." };
        var metrics = new Option<string?>("--metrics")
        {
            Description =
            "Exports metrics while it runs: to an OpenTelemetry collector, for Prometheus to fetch, or to the console.",
            HelpName = MetricsExport.Values
        };
        var listen = new Option<string?>("--listen")
        {
            Description =
            "Where other machines' nodes join (`node --join`); needs `clock: wall`. Port 0 takes a free one.",
            HelpName = "HOST:PORT"
        };
        var workers = new Option<int?>("--workers")
        {
            Description =
            "How many nodes to wait for; goes with --listen. All of the scenario, or fewer with `cluster.recovery: rehost`: the others may join later.",
            HelpName = "N"
        };
        var publicHost = new Option<string?>("--public-host")
        {
            Description =
            "The host name under which other machines reach this one (with --listen 0.0.0.0: this machine's own name).",
            HelpName = "HOST"
        };
        var controlPort = new Option<int?>("--control-port")
        {
            Description =
            "The port on which this process takes control messages of nodes; goes with --listen (default: any that is free).",
            HelpName = "PORT"
        };
        var dataPort = new Option<int?>("--data-port")
        {
            Description =
            "The port on which this process takes activations of nodes; goes with --listen (default: any that is free).",
            HelpName = "PORT"
        };
        var security = new SecuritySwitches();
        var command = new Command(Name,
            "Runs a scenario: trains its models, measures them under every condition, writes CSV. All keys of a scenario: `schema --table`.")
        {
            scenario, directory, sets, only, seed, device, threads, resume, retrain, dryRun, listen, workers, publicHost, controlPort, dataPort, metrics,
        };
        security.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(resume) is not null && result.GetValue(directory) is not null)
                result.AddError("--resume DIR goes on in DIR: leave --output out.");
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
        });
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(workers) is < 1 and int few)
                throw new UsageException($"--workers {few}: expected at least 1.");
            Devices.Parse(parsed.GetValue(device)!);
            var options = new RunOptions
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
                DryRun = parsed.GetValue(dryRun),
                Cluster = new ClusterOptions(
                    parsed.GetValue(listen) is { } address ? HostPort.Parse("--listen", address, portNeeded: true, zeroAllowed: true) : null,
                        parsed.GetValue(workers),
                    parsed.GetValue(publicHost) is { } host ? HostPort.PublicHost(host) : null, security.Read(parsed).Checked())
                {
                    ControlPort = HostPort.Port("--control-port", parsed.GetValue(controlPort)),
                    DataPort = HostPort.Port("--data-port", parsed.GetValue(dataPort)),
                },
                Metrics = parsed.GetValue(metrics),
                Again = [.. surroundings.Started, .. Again(parsed.Tokens, [directory.Name, resume.Name], [retrain.Name])],
            };
            // One thread of its own: the kernel, the actors and libtorch's thread team all live on it.
            return Task.Factory.StartNew(() => Run(options, surroundings), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return command;
    }

    private static int Run(RunOptions options, Surroundings surroundings)
    {
        var log = new RunLog(surroundings.Error, surroundings.Time);
        using var signals = new StopSignals(log.Line, surroundings.Time, listen: surroundings.OwnsProcess);
        try
        {
            using IDisposable? export = MetricsExport.Start(options.Metrics);
            return new ScenarioRun(options, surroundings, log).Execute(signals);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            surroundings.Error.WriteLine("Interrupted.");
            return signals.ExitCode;
        }
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
