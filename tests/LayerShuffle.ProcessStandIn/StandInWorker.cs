using System.Runtime.InteropServices;
using LayerShuffle.Supervision;

/// <summary>A worker that computes nothing. Its settings are words: what it does besides being ready and waiting for its end.</summary>
internal static class StandInWorker
{
    public static int Run()
    {
        TextReader stdin = Console.In;
        WorkerStart start = WorkerParent.ReadStart(stdin);
        using var watch = WorkerParent.Watch(start, stdin, () =>
        {
            if (!start.Settings.Contains("deaf", StringComparison.Ordinal))
                Environment.Exit(0);
        });
        using PosixSignalRegistration? terminate = start.Settings.Contains("polite", StringComparison.Ordinal)
            ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                WorkerParent.WriteLeaving(Console.Out);
            })
            : null;
        if (start.Settings.Contains("chatty", StringComparison.Ordinal))
            Console.WriteLine("before it is ready");
        WorkerParent.WriteReady(Console.Out, new WorkerAddress("", 1000 + start.Incarnation, 2000 + start.Incarnation));
        if (start.Settings.Contains("crash", StringComparison.Ordinal))
        {
            for (int i = 1; i <= 60; i++)
                Console.WriteLine($"line {i} \u001b[31m");
            return 7;
        }

        if (start.Settings.Contains("echo", StringComparison.Ordinal))
            Console.WriteLine(start.Settings.Length);
        new ManualResetEventSlim().Wait();
        return 0;
    }
}
