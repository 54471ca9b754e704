using System.Diagnostics;

namespace LayerShuffle.Cluster.Processes;

/// <summary>Knows the command that starts a worker.</summary>
public interface IWorkerLauncher
{
    /// <summary>The command for one worker. The supervisor redirects its streams and starts it.</summary>
    /// <param name="start">What the worker will read; nothing of it belongs on the command line.</param>
    ProcessStartInfo Command(WorkerStart start);
}
