using System.Net.Sockets;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision;

namespace LayerShuffle.Runs.Failures;

/// <summary>Turns exceptions into sentences.</summary>
public static class ErrorText
{
    private const int NoSpace = 28, TooManyHere = 24, TooManyAll = 23, ReadOnly = 30, OverQuota = 122, TooBig = 27;
    private const int NoSpaceWindows = unchecked((int)0x80070070), FullWindows = unchecked((int)0x80070027);

    /// <summary>What to do where libtorch cannot be loaded.</summary>
    internal const string TorchMissing =
        "libtorch cannot be loaded. This program was built without it (-p:Torch=none), or its files are gone. Name the folder that holds libtorch 2.10's "
            + "libraries in LD_LIBRARY_PATH (PATH on Windows), "
        + "or build with them: dotnet build -c Release (without -p:Torch=none).";

    /// <summary>What the user is told.</summary>
    /// <param name="exception">What ended the command.</param>
    /// <param name="verbose">Whether to add the stack trace.</param>
    public static string Of(Exception exception, bool verbose) =>
        $"Error: {Sentence(exception)}{(IsForeseen(exception) ? "" : Bug(exception, verbose))}{(verbose ? $"\n{exception}" : "")}";

    /// <summary>The sentence alone, for the record.</summary>
    internal static string Sentence(Exception exception)
    {
        Exception cause = Cause(exception);
        return cause switch
        {
            OutOfMemoryException => "out of memory. Lower workload.images_per_request, training.batch_size or the model's size.",
            _ when MissingTorch(exception) is { } library => library,
            UnauthorizedAccessException or DirectoryNotFoundException or FileNotFoundException or PathTooLongException
                or DriveNotFoundException => $"{Ended(cause.Message)} Check the path and its permissions.",
            IOException io => Ended(io.Message) + Advice(io),
            SocketException socket =>
                Lead(exception) + Ended(socket.Message)
                    + (socket.SocketErrorCode == SocketError.AddressAlreadyInUse ? " Another program listens there: choose another port." : ""),
            TimeoutException => Lead(exception) + Ended(cause.Message),
            _ => Ended(cause.Message),
        };
    }

    /// <summary>Whether a failure is one that we know can happen; what else happens is a bug.</summary>
    internal static bool IsForeseen(Exception exception)
    {
        Exception cause = Cause(exception);
        return MissingTorch(exception) is not null
            || cause is OperationCanceledException or UnauthorizedAccessException or IOException or InvalidDataException or OutOfMemoryException
                or SocketException or TimeoutException
            || (cause.GetType().Namespace?.StartsWith("LayerShuffle", StringComparison.Ordinal) == true
                && cause.GetType().Name.EndsWith("Exception", StringComparison.Ordinal));
    }

    /// <summary>Whether the same command may come further once something outside the scenario is mended: a full disk, a lost machine, not a bug.</summary>
    internal static bool MayPass(Exception exception) =>
        Cause(exception) is OperationCanceledException or OutputException or UnauthorizedAccessException or IOException or OutOfMemoryException
            or SocketException or TimeoutException
        || IsOfTheCluster(Cause(exception)) && Cause(exception) is not Actors.Training.TrainingDivergedException and not PlacementException
        || MissingTorch(exception) is not null;

    /// <summary>Whether an exception is one of the parts that a cluster is made of.</summary>
    private static bool IsOfTheCluster(Exception cause) => cause.GetType().Namespace?.Split('.')
        is ["LayerShuffle", "Actors" or "Transport" or "Security" or "Supervision" or "Cluster", ..];

    private static string Bug(Exception exception, bool verbose) =>
        $" This is an unexpected {Cause(exception).GetType().Name}{(While(exception) is { Length: > 0 } doing ? " " + doing : "")}: a bug. Please report "
            + $"it{(verbose ? " with what follows." : "; --verbose shows what to send along.")}";

    private static string Lead(Exception exception) => While(exception) is { Length: > 0 } doing ? $"{doing}: " : "";

    private static string While(Exception exception)
    {
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            if (Doing.Of(at) is { Count: > 0 } list)
                return string.Join(", ", list.Select(what => $"while {what}"));
        }

        return "";
    }

    private static Exception Cause(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [{ } only] } => Cause(only),
        TypeInitializationException { InnerException: { } inner } => Cause(inner),
        System.Reflection.TargetInvocationException { InnerException: { } inner } => Cause(inner),
        // What a socket says is wrapped in an IOException whose own text says less.
        IOException { InnerException: SocketException socket } io when io.GetType() == typeof(IOException) => socket,
        _ => exception,
    };

    private static string Advice(IOException io) => io.HResult switch
    {
        NoSpace or NoSpaceWindows or FullWindows => " The disk is full: free some space first.",
        OverQuota => " Your quota of the disk is used up: free some space first.",
        TooBig => " A file may not grow further here (ulimit -f, or the file system's limit).",
        TooManyHere or TooManyAll => " Too many files are open: raise the limit (ulimit -n 1024).",
        ReadOnly => " Name a place that can be written.",
        _ => "",
    };

    /// <summary>What to do where libtorch, or what it needs, cannot be loaded; null for everything else.</summary>
    private static string? MissingTorch(Exception exception)
    {
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            bool torch = at is DllNotFoundException or BadImageFormatException or NotSupportedException or EntryPointNotFoundException
                && (at.Message.Contains("torch", StringComparison.OrdinalIgnoreCase)
                    || at.StackTrace?.Contains("TorchSharp", StringComparison.Ordinal) == true);
            if (torch)
                return $"{TorchMissing} --verbose says what the loader tried.";
        }

        return TorchLibrary.Explain(exception);
    }

    private static string Ended(string message) => message.Length > 0 && message[^1] is '.' or '!' or '?' or ')' ? message : message + ".";
}
