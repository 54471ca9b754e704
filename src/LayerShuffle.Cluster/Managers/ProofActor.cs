using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Cluster.Managers;

/// <summary>From a <see cref="ProofActor"/> to the cluster actor.</summary>
/// <param name="Round">Which proof.</param>
/// <param name="Unreachable">Who cannot be reached, in sentences; null: all that were asked reach one another.</param>
internal sealed record ProofEnded(int Round, string? Unreachable);

/// <summary>
/// Leads one proof that processes reach one another on both planes: asks them again and again, until it has heard of all or of nobody any more.
/// </summary>
internal sealed class ProofActor : UntypedActor
{
    private static readonly Duration Repeat = Duration.FromSeconds(2);
    private readonly int number;
    private readonly ReachRound round;
    private readonly bool proven;
    private readonly ManagerSetting setting;
    private Instant progress;
    private int before = int.MaxValue;
    private ITimerHandle? timer;
    private bool ended;

    /// <param name="number">Which proof.</param>
    /// <param name="round">Who has to reach whom.</param>
    /// <param name="proven">Whether all reached all before: one who says nothing at all is not the newcomer's fault then.</param>
    /// <param name="setting">The cluster.</param>
    public ProofActor(int number, ReachRound round, bool proven, ManagerSetting setting) =>
        (this.number, this.round, this.proven, this.setting) = (number, round, proven, setting);

    protected override void PreStart()
    {
        progress = setting.Clock.Now;
        Ask();
    }

    protected override void PostStop() => timer?.Cancel();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Reached reached:
                round.Reached(reached.From, reached.By, reached.Data);
                EndIfDone();
                break;
            case NotReached failed:
                round.NotReached(failed.From, failed.By, failed.Data, failed.Reason);
                break;
            case WorkerLost lost:
                round.Drop(lost.Worker.Endpoint);
                EndIfDone();
                break;
            case Again:
                Look();
                break;
        }
    }

    private void Ask()
    {
        foreach (PeerAddress member in round.Members)
        {
            if (member.Endpoint > 0 && !setting.Board[member.Endpoint].Answers(member))
                round.Drop(member.Endpoint);
            else if (round.Open(member.Endpoint) is { Length: > 0 } open)
                setting.Members.Tell(member.Endpoint, new ProveReach(number, open));
        }

        if (!EndIfDone())
            timer = setting.Clock.TellAfter(Repeat, Self, Again.Instance);
    }

    private void Look()
    {
        if (ended)
            return;
        Duration silence = setting.Clock.Now - progress, patience = round.IsExplained ? new(setting.ReachPatience.Nanoseconds / 3) : setting.ReachPatience;
        if (round.Left < before)
            (before, progress) = (round.Left, setting.Clock.Now);
        else if (silence > patience && IsHopeless())
            return;
        Ask();
    }

    /// <summary>
    /// Nothing more is to be expected: somebody cannot be reached. Once all have been proven, one who says nothing at all is not the newcomer's fault.
    /// </summary>
    private bool IsHopeless()
    {
        foreach (int silent in proven ? round.Silent() : [])
        {
            setting.Listener.Log($"{setting.NameOf(silent)} does not answer: it is not known whether it and "
                + $"{string.Join(", ", round.Open(silent).Select(peer => setting.NameOf(peer.Endpoint)))} reach each other.");
            round.Drop(silent);
        }

        if (round.Left > 0)
            End(round.Describe());
        return ended;
    }

    private bool EndIfDone()
    {
        if (round.IsDone)
            End(null);
        return ended;
    }

    private void End(string? unreachable)
    {
        if (ended)
            return;
        ended = true;
        timer?.Cancel();
        Context.Parent.Tell(new ProofEnded(number, unreachable));
        Context.Stop(Self);
    }

    private sealed record Again
    {
        public static Again Instance { get; } = new();
    }
}
