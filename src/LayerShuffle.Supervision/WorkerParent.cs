using System.Text.Json;

namespace LayerShuffle.Supervision;

/// <summary>The worker's side of its supervisor: one line in, one line out, and ending when it ends.</summary>
public static class WorkerParent
{
    /// <summary>What the line begins with that says a worker is ready; the rest is the JSON of its address.</summary>
    internal const string ReadyMark = "layershuffle-worker-ready ";

    /// <summary>The line by which a worker that was told to end (SIGTERM) asks its supervisor to have its node leave.</summary>
    internal const string LeavingMark = "layershuffle-worker-leaving";

    /// <summary>A worker's exit code: it lacks something that the next would lack as well; the last line that it wrote says what.</summary>
    public const int CannotStart = 4;

    /// <summary>Reads the start line.</summary>
    /// <param name="stdin">The standard input; read no further than the line's end, so give the same reader to <see cref="Watch"/>.</param>
    /// <exception cref="InvalidDataException">There is none: somebody started a worker by hand.</exception>
    public static WorkerStart ReadStart(TextReader stdin)
    {
        string? line = stdin.ReadLine();
        try
        {
            if (line is not null && JsonSerializer.Deserialize(line, HubCodec.Records.WorkerStart) is { } start)
                return start;
        }
        catch (JsonException)
        {
            // the sentence below says it; the line may hold a secret
        }

        throw new InvalidDataException("A worker gets what it needs as one line of JSON on its standard input from the supervisor that starts it. Start "
            + "`layershuffle node --join HOST:PORT` instead.");
    }

    /// <summary>Tells the supervisor that this worker listens.</summary>
    /// <param name="stdout">The standard output.</param>
    /// <param name="address">Where; an empty host stands for the node's.</param>
    public static void WriteReady(TextWriter stdout, WorkerAddress address)
    {
        stdout.WriteLine(ReadyMark + JsonSerializer.Serialize(address, HubCodec.Records.WorkerAddress));
        stdout.Flush();
    }

    /// <summary>Asks the supervisor to have this node leave: what the worker hosts is handed over first, and then it is told to end.</summary>
    /// <param name="stdout">The standard output.</param>
    public static void WriteLeaving(TextWriter stdout)
    {
        stdout.WriteLine(LeavingMark);
        stdout.Flush();
    }

    /// <summary>
    /// Ends this process with its supervisor: on Linux the kernel kills it (PR_SET_PDEATHSIG), elsewhere, and when it is told to end, <paramref name="end"/> is
    /// called once the standard input is at its end. Ctrl-C, which a terminal sends to all processes at once, is left to the supervisor. Call it right after
    /// <see cref="ReadStart"/>.
    /// </summary>
    /// <param name="start">The start line.</param>
    /// <param name="stdin">The reader that gave it.</param>
    /// <param name="end">Ends the process (<see cref="Environment.Exit"/>, perhaps after leaving the cluster); called at most once, on a thread of its
    /// own.</param>
    /// <returns>Disposing of it stops watching the input, but the kernel's signal stays.</returns>
    public static ParentWatch Watch(WorkerStart start, TextReader stdin, Action end) => new(stdin, start.Parent, end);

    /// <summary>The address in a line that says a worker is ready; null if the line says something else.</summary>
    internal static WorkerAddress? ReadReady(string line)
    {
        if (!line.StartsWith(ReadyMark, StringComparison.Ordinal))
            return null;
        try
        {
            return JsonSerializer.Deserialize(line.AsSpan(ReadyMark.Length), HubCodec.Records.WorkerAddress);
        }
        catch (JsonException)
        {
            return null; // goes to the log like any other line
        }
    }
}
