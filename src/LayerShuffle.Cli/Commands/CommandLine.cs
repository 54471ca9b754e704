using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Commands;

/// <summary>The program: parses the command line and turns exceptions into sentences and exit codes.</summary>
public static class CommandLine
{
    private const string Verbose = "--verbose", Quiet = "--quiet", LogFormat = "--log-format", Text = "text", Json = "json";

    /// <summary>Runs a command.</summary>
    /// <returns>An exit code (<see cref="ExitCodes"/>).</returns>
    public static int Invoke(string[] args, TextWriter output, TextWriter error) => Invoke(args, Surroundings.Of(output, error));

    /// <summary>Runs a command as this process.</summary>
    /// <returns>An exit code (<see cref="ExitCodes"/>).</returns>
    internal static int Run(string[] args)
    {
        // Before anything else is loaded: the loader itself needs files.
        if (OpenFiles.Refusal(OpenFiles.Limit(), 0) is { } tooFew)
        {
            StandardStream.Say($"Error: {tooFew}\n");
            return ExitCodes.RunFailed;
        }

        return RunWithFiles(args);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunWithFiles(string[] args)
    {
        Surroundings surroundings = Surroundings.OfProcess(args);
        if (args is not [WorkerCommand.Name, ..]) // a worker's traces go to its log
            AppDomain.CurrentDomain.UnhandledException += (_, dropped) => EndBy(dropped.ExceptionObject as Exception, args, surroundings.Error);
        return Invoke(args, surroundings);
    }

    /// <summary>Runs a command.</summary>
    /// <returns>An exit code (<see cref="ExitCodes"/>).</returns>
    internal static int Invoke(string[] args, Surroundings surroundings)
    {
        if (WantsJson(args))
            surroundings = surroundings with { Error = surroundings.Error.AsJson(surroundings.Time) };
        (Screen output, Screen error) = (surroundings.Output, surroundings.Error);
        try
        {
            return Parse(args, surroundings);
        }
        catch (OutputException left) when (left.ReaderLeft)
        {
            return ExitCodes.ReaderLeft; // as a shell reports a program that SIGPIPE ended; nobody wants to read about it
        }
        catch (Exception exception)
        {
            Tell(exception, args, error);
            return exception is UsageException ? ExitCodes.Invalid : ExitCodes.RunFailed;
        }
        finally
        {
            output.Flush();
        }
    }

    private static int Parse(string[] args, Surroundings surroundings)
    {
        (Screen output, Screen error) = (surroundings.Output, surroundings.Error);
        RootCommand root = Root(surroundings);
        ParseResult parsed = root.Parse(WatchOption.Apart(args));
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError mistake in parsed.Errors)
                error.WriteLine(mistake.Message);
            error.WriteLine($"`layershuffle {Path(parsed.CommandResult)}--help` tells what there is.");
            return ExitCodes.Invalid;
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // A run, a node and a worker listen to signals themselves: the first asks them to end in order, the second ends them; a worker that returned from
            // here in mid-computation would crash.
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name is NodeCommand.Name or RunCommand.Name or SwarmCommand.Name
                or WorkerCommand.Name ? null
                : TimeSpan.FromSeconds(2),
        };
        try
        {
            return parsed.Invoke(configuration);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Interrupted.");
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>The log of a command, as verbose as was asked for.</summary>
    internal static RunLog Log(ParseResult parsed, Surroundings surroundings) =>
        new(surroundings.Error, surroundings.Time, new LogStyle(Has(parsed, Verbose), Has(parsed, Quiet), surroundings.Error.Shaped is not null));

    private static bool Has(ParseResult parsed, string option) => parsed.Tokens.Any(token => token.Type == TokenType.Option && token.Value == option);

    /// <summary>Asked of the words themselves, because mistakes in them are told in the same way.</summary>
    private static bool WantsJson(string[] args) => args.Contains($"{LogFormat}={Json}") || args.Contains($"{LogFormat}:{Json}")
        || Array.IndexOf(args, LogFormat) is >= 0 and var at && args.Length > at + 1 && args[at + 1] == Json;

    /// <summary>All commands.</summary>
    internal static RootCommand Root(Surroundings surroundings)
    {
        (Screen output, Screen error) = (surroundings.Output, surroundings.Error);
        var verbose = new Option<bool>(Verbose)
        {
            Description = "Show stack traces with errors, and in a cluster what its parts and Akka warn of.",
            Recursive = true
        };
        var quiet = new Option<bool>(Quiet) { Description = "Say nothing on stderr but warnings and errors.", Recursive = true };
        var format = new Option<string>(LogFormat)
        {
            Description = "How stderr speaks: text for people, or json, an object with time, level and message a line.",
            HelpName = $"{Text}|{Json}",
            DefaultValueFactory = _ => Text,
            Recursive = true
        };
        format.AcceptOnlyFromAmong(Text, Json);
        return new RootCommand("Fault-tolerance simulator for vision transformers whose layers live on different machines.")
        {
            verbose,
            quiet,
            format,
            RunCommand.Create(surroundings),
            NodeCommand.Create(surroundings),
            WorkerCommand.Create(),
            ReportCommand.Create(output, error),
            ValidateCommand.Create(output, error),
            PredictCommand.Create(output, error),
            SchemaCommand.Create(output),
            ModelsCommand.Create(output, TimeProvider.System),
            SwarmCommand.Create(surroundings),
            CalibrateCommand.Create(surroundings),
            ExplainCommand.Create(surroundings),
            CompareCommand.Create(surroundings),
            DatasetCommand.Create(surroundings),
        };
    }

    /// <summary>An exception that left a thread: the runtime would print it with its trace and end the process by a signal.</summary>
    private static void EndBy(Exception? exception, string[] args, Screen error)
    {
        Tell(exception ?? new InvalidOperationException("something that is no exception was thrown"), args, error);
        Leave.AtOnce(ExitCodes.RunFailed);
    }

    private static void Tell(Exception exception, string[] args, Screen error)
    {
        string text = ErrorText.Of(exception, args.Contains(Verbose));
        if (error.Shaped is not null)
        {
            error.WriteLine(text);
            return;
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        error.Raw(error.Paint(text[..colon], Paint.Red) + Printable.Of(text[colon..]) + Environment.NewLine);
    }

    private static string Path(CommandResult command) => command.Command is RootCommand ? "" : command.Command.Name + " ";
}
