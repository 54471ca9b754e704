using System.Runtime.InteropServices;

namespace LayerShuffle.Cli.Commands;

/// <summary>Ctrl-C (SIGINT) and SIGTERM to a node: the first asks for leave, the second ends it at once.</summary>
internal sealed class LeaveSignals : IDisposable
{
    private readonly CancellationTokenSource leave = new(), now = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Lock gate = new();
    private bool over;

    /// <summary>Listens from now on.</summary>
    /// <param name="isLocal">Whether the coordinator started the node: Ctrl-C is for the coordinator then, which tells the node what to do or closes its input.
    /// SIGTERM is meant for who gets it.</param>
    public LeaveSignals(bool isLocal)
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, isLocal)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, false)));
    }

    /// <summary>Cancelled at the first.</summary>
    public CancellationToken Leave => leave.Token;

    /// <summary>Cancelled at the second.</summary>
    public CancellationToken Now => now.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        lock (gate)
        {
            over = true;
            leave.Dispose();
            now.Dispose();
        }
    }

    private void Take(PosixSignalContext context, bool ignored)
    {
        context.Cancel = true; // it ends in order
        lock (gate)
        {
            if (!ignored && !over)
                (leave.IsCancellationRequested ? now : leave).Cancel();
        }
    }
}
