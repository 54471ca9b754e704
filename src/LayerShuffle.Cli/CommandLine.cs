using System.CommandLine;
using System.CommandLine.Parsing;
using LayerShuffle.Cli.Commands;

namespace LayerShuffle.Cli;

/// <summary>The program: parses the command line and turns exceptions into sentences and exit codes.</summary>
public static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <returns>An exit code (<see cref="ExitCodes"/>).</returns>
    public static int Invoke(string[] args, TextWriter output, TextWriter error)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Show stack traces with errors.", Recursive = true };
        var root = new RootCommand("Fault-tolerance simulator for vision transformers whose layers live on different machines.")
        {
            verbose,
            RunCommand.Create(output, error),
            NodeCommand.Create(error),
            WorkerCommand.Create(),
            ValidateCommand.Create(output, error),
            PredictCommand.Create(output, error),
            SchemaCommand.Create(output),
        };
        ParseResult parsed = root.Parse(args);
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
            // Ctrl-C: time to write what is finished. Nodes and workers listen to signals themselves: a leave may take longer, a second signal counts, and a worker that returned from here in mid-computation would crash.
            ProcessTerminationTimeout = parsed.CommandResult.Command.Name is NodeCommand.Name or WorkerCommand.Name ? null : TimeSpan.FromSeconds(30),
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
        catch (Exception exception)
        {
            error.WriteLine(ErrorText.Of(exception, parsed.GetValue(verbose)));
            return exception is UsageException ? ExitCodes.Invalid : ExitCodes.RunFailed;
        }
    }

    private static string Path(CommandResult command) => command.Command is RootCommand ? "" : command.Command.Name + " ";
}
