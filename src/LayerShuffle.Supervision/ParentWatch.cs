using System.Runtime.InteropServices;

namespace LayerShuffle.Supervision;

/// <summary>Watches the process that started this one, through the standard input that it holds open.</summary>
public sealed class ParentWatch : IDisposable
{
    private readonly PosixSignalRegistration? interrupt;
    private Action? end;

    /// <summary>Watches from now on, on a background thread of its own.</summary>
    /// <param name="stdin">The standard input; what comes is thrown away.</param>
    /// <param name="parent">The parent's process id, to die with it by signal on Linux and to leave Ctrl-C to it; null: only watch the input.</param>
    /// <param name="end">Called at most once, when the input is at its end or the parent is not the parent any more.</param>
    internal ParentWatch(TextReader stdin, int? parent, Action end)
    {
        this.end = end;
        if (parent is not null)
            interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var armed = new ManualResetEventSlim();
        var thread = new Thread(() => Watch(stdin, parent, armed)) { IsBackground = true, Name = "watches the parent" };
        thread.Start();
        armed.Wait();
    }

    /// <summary>Stops calling back.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref end, null);
        interrupt?.Dispose();
    }

    private void Watch(TextReader stdin, int? parent, ManualResetEventSlim armed)
    {
        bool orphan = false;
        if (parent is { } expected)
        {
            NativeProcess.DieWithParent(); // on this thread, which waits for the input for as long as the process lives
            orphan = NativeProcess.Parent() is { } actual && actual != expected; // it ended before that
        }

        armed.Set();
        if (!orphan)
            Drain(stdin);
        Interlocked.Exchange(ref end, null)?.Invoke();
    }

    private static void Drain(TextReader stdin)
    {
        char[] buffer = new char[256];
        try
        {
            while (stdin.Read(buffer) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // as good as its end
        }
    }
}
