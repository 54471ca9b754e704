using System.CommandLine;
using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>worker</c>: what a supervisor starts; not for people.</summary>
internal static class WorkerCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "worker";

    public static Command Create()
    {
        var command = new Command(Name, "Runs a worker process; started by `node`.") { Hidden = true };
        command.SetAction((_, _) => WorkerHost.RunAsync(Console.In, Console.Out, Console.Error));
        return command;
    }
}
