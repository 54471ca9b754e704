using LayerShuffle.Cli.Commands;

namespace LayerShuffle.Cli;

/// <summary>What the processes of a cluster spare themselves when they start.</summary>
internal static class Startup
{
    private const string Switch = "System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported";

    /// <summary>
    /// Has libraries of supervisors and workers interpret what they would otherwise compile while they run: Akka's patterns and expressions are used once or
    /// twice in such a process, and compiling them is a tenth of its start. To be called first of all: the runtime reads the switch once.
    /// </summary>
    public static void Shorten(string[] args)
    {
        if (args is [NodeCommand.Name or WorkerCommand.Name, ..])
            AppContext.SetSwitch(Switch, false);
    }
}
