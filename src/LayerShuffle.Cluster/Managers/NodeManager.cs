using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Managers;

/// <summary>
/// The life of one node: its supervisor comes and goes, and under it one worker after the other, each an incarnation. It is in one of five states, each a
/// method that says what it does with what it is told; what it does in all of them is in <see cref="Always"/>.
/// <code>
/// Absent --Joined--> Dead --wanted--> Starting --hello--> Proving --all reach it--> Up (held, then serving, paused, leaving)
///   ^                 ^------------------+-------- ended --------+------------------+
///   +-----Left--------+------------------+-----------------------+------------------+
/// </code>
/// A worker that has ended is buried before anything else is done about it: whatever is still heard of it comes too late.
/// </summary>
internal sealed class NodeManager : UntypedActor
{
    private const int MostStarts = 3; // in a row that may fail because the worker died while it came up
    private readonly int endpoint;
    private readonly string name;
    private readonly ManagerSetting setting;
    private readonly List<IActorRef> waiting = []; // for a worker
    private readonly List<IActorRef> doomed = [];  // waiting for one that is killed while it comes up
    private readonly List<IActorRef> killers = [];
    private readonly List<AwaitEndOf> mourners = [];
    private readonly List<(Order Order, IActorRef Asker)> signals = [];
    private readonly SortedSet<int> suspected = []; // incarnations that membership found unreachable while nobody had reported their death
    private Stage stage;
    private long session;           // of its supervisor; 0: there is none
    private int incarnation;        // of its latest worker; 0 before the first
    private int buried;             // all up to this one are dead
    private int tries;
    private PeerAddress? address;   // of its worker, since its hello
    private HostedLayers hosted = HostedLayers.None;
    private ITimerHandle? patience; // with its start, or its death
    private bool serving, paused, killing;
    private bool leaving, ending;        // its user wants it to; it has been told to
    private bool respawning, welcoming;  // somebody is to be told when it is up
    private bool saidWaiting;
    private string? failed;
    private bool over;

    /// <summary>A node that has not joined yet.</summary>
    public NodeManager(int endpoint, ManagerSetting setting)
    {
        (this.endpoint, this.setting, name) = (endpoint, setting, setting.NameOf(endpoint));
    }

    protected override void OnReceive(object message)
    {
        if (message is EnsureWorker && Stopped is { } why)
        {
            Sender.Tell(new Status.Failure(new ClusterException(why)));
            return;
        }

        switch (stage)
        {
            case Stage.Absent:
                WhenAbsent(message);
                break;
            case Stage.Dead:
                WhenDead(message);
                break;
            case Stage.Starting:
                WhenStarting(message);
                break;
            case Stage.Proving:
                WhenProving(message);
                break;
            case Stage.Up:
                WhenUp(message);
                break;
        }
    }

    private void WhenAbsent(object message)
    {
        switch (message)
        {
            case HubEvent.Joined came:
                TakePlace(came.Node.Session);
                break;
            case HubEvent.Left:
                break;
            case EnsureWorker:
                waiting.Add(Sender);
                AwaitPlace();
                break;
            default:
                Always(message);
                break;
        }
    }

    private void WhenDead(object message)
    {
        switch (message)
        {
            case EnsureWorker:
                waiting.Add(Sender);
                Start();
                break;
            case WelcomeNode:
                welcoming = !ending;
                Start();
                break;
            default:
                Always(message);
                break;
        }
    }

    private void WhenStarting(object message)
    {
        switch (message)
        {
            case HubEvent.WorkerReady ready when ready.Incarnation == incarnation:
                // Its actor system listens: from now on it can be answered (clock probes), though it has not said hello yet.
                setting.Members.SetPeer(
                    new PeerAddress(endpoint, ready.Address.Host, ready.Address.AkkaPort, ready.Address.DataPort, incarnation), serving: false);
                break;
            case WorkerHello hello when hello.Address.Incarnation == incarnation:
                Greet(hello.Address);
                break;
            case OrderDone { Order.Kind: OrderKind.Start, Problem: { } problem } done when done.Order.Incarnation == incarnation:
                NotStarted(problem, done.Gone);
                break;
            case StartOverdue late when late.Incarnation == incarnation:
                NotStarted($"it has not become a member of the cluster within {setting.StartPatience.TotalSeconds:0} s. Its machine may be too busy, or its "
                    + "actor system and those of the others do not reach one another (--public-host, --listen, firewalls).", gone: false);
                break;
            case WelcomeNode:
                welcoming = true;
                break;
            default:
                WithWorker(message);
                break;
        }
    }

    private void WhenProving(object message)
    {
        switch (message)
        {
            case NewcomerProven proven when proven.Worker == address:
                Ready();
                break;
            case NewcomerUnreachable unreachable when unreachable.Worker == address:
                Refuse(unreachable.Reason);
                break;
            case WelcomeNode:
                welcoming = true;
                break;
            default:
                WithWorker(message);
                break;
        }
    }

    private void WhenUp(object message)
    {
        switch (message)
        {
            case EnsureWorker when !killing && !ending:
                Sender.Tell(address!);
                break;
            case WelcomeNode when !leaving && !ending:
                setting.Listener.Arrived(address!);
                break;
            default:
                WithWorker(message);
                break;
        }
    }

    /// <summary>While a worker comes up or is there.</summary>
    private void WithWorker(object message)
    {
        switch (message)
        {
            case EnsureWorker:
                waiting.Add(Sender);
                break;
            case KillWorker:
                Kill();
                break;
            case HubEvent.WorkerExited exited when exited.Incarnation == incarnation:
                Ended(exited.Asked, exited.Exit.ToString(), exited.LastLines, exited.Exit.Code == WorkerParent.CannotStart);
                break;
            case DeathOverdue late when killing && late.Incarnation == incarnation:
                LetLive();
                break;
            case PauseWorker:
                paused = true;
                Post();
                Signal(OrderKind.Stop);
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Always(object message)
    {
        switch (message)
        {
            case HubEvent.Joined came when came.Node.Session > session:
                LosePlace("Another has taken its place."); // of that one's end nobody has told yet
                TakePlace(came.Node.Session);
                break;
            case HubEvent.Left left when left.Session == session:
                LosePlace(left.Reason);
                break;
            case HubEvent.Leaving wish when wish.Session == session && !leaving && !ending:
                WantsToLeave();
                break;
            case HandedOver handed when handed.Session == session && leaving && !ending:
                LetGo(handed.Problem);
                break;
            case KillWorker:
                Sender.Tell(new WorkerKilled(incarnation));
                break;
            case PauseWorker:
                Signal(OrderKind.Stop);
                break;
            case ContinueWorker:
                Signal(OrderKind.Continue);
                break;
            case OrderDone done:
                Done(done);
                break;
            case ServeWorker serve:
                Serve(serve.Worker);
                break;
            case AwaitEnd end when end.Worker.Incarnation > buried:
                mourners.Add(new AwaitEndOf(end.Worker, Sender));
                break;
            case AwaitEnd end:
                Sender.Tell(new WorkerEnded(end.Worker));
                break;
            case NoteHosted note:
                Note(note);
                break;
            case KeepHosted keep:
                Keep(keep);
                break;
            case MemberFound found:
                Find(found);
                break;
            case ClusterFailed reason:
                failed ??= reason.Reason;
                GiveUp(new ClusterException(failed), say: false);
                break;
            case ClusterOver:
                over = true;
                GiveUp(new ClusterException(Stopped!), say: false);
                break;
        }
    }

    /// <summary>Why nothing is started any more; null: it is.</summary>
    private string? Stopped => failed ?? (over ? "The run is over." : null);

    private void TakePlace(long joined)
    {
        (session, leaving, ending, saidWaiting, stage) = (joined, false, false, false, Stage.Dead);
        Post();
        if (waiting.Count > 0 || respawning)
            Start();
    }

    /// <summary>Its supervisor is gone, and its worker with it.</summary>
    private void LosePlace(string reason)
    {
        bool hadWorker = stage != Stage.Dead;
        (session, leaving, ending) = (0, false, false);
        if (hadWorker)
        {
            Ended(asked: false, reason, [], hopeless: false);
            return;
        }

        stage = Stage.Absent;
        Post();
        if (waiting.Count > 0 || respawning)
            AwaitPlace();
    }

    /// <summary>A worker is wanted and there is nobody to start it: where nodes may not be away, until somebody joins.</summary>
    private void AwaitPlace()
    {
        if (setting.MayBeAway)
        {
            GiveUp(new ClusterException($"{name} is not there."), say: welcoming);
        }
        else if (!saidWaiting)
        {
            saidWaiting = true;
            setting.Listener.Log($"Waiting for a node to take the place of {name}{setting.Advice}.");
        }
    }

    private void Start()
    {
        if (ending || Stopped is not null)
            return; // its supervisor goes: another may come
        incarnation++;
        tries++;
        (paused, serving, address, hosted, stage) = (false, false, null, HostedLayers.None, Stage.Starting);
        Post();
        Send(OrderKind.Start);
        patience = setting.Clock.TellAfter(setting.StartPatience, Self, new StartOverdue(incarnation));
    }

    private void Again()
    {
        if (session == 0)
            AwaitPlace();
        else
            Start();
    }

    /// <summary>Its worker has said hello: from now on it is told what all are told.</summary>
    private void Greet(PeerAddress at)
    {
        if (!killing)
            patience?.Cancel();
        (address, stage) = (at, Stage.Proving);
        Post();
        setting.Members.SetPeer(at, serving: false);
        Context.Parent.Tell(new ProveNewcomer(at));
    }

    private void Ready()
    {
        (stage, tries) = (Stage.Up, 0);
        Post();
        if (!ending)
            AnswerWaiting();
        if (respawning && !leaving && !ending)
            setting.Listener.Respawned(address!);
        if (welcoming && !leaving && !ending)
            setting.Listener.Arrived(address!);
        respawning = welcoming = false;
    }

    private void AnswerWaiting()
    {
        foreach (IActorRef asker in waiting)
            asker.Tell(address!);
        waiting.Clear();
    }

    /// <summary>A node that cannot be reached may not stay: where others do without it, it is sent away and told why; otherwise nothing can go on.</summary>
    private void Refuse(string reason)
    {
        stage = Stage.Up;
        if (!setting.MayBeAway)
        {
            GiveUp(new UnreachableException(reason), say: false);
            setting.Listener.Failed(reason);
            return;
        }

        ending = true;
        Post();
        setting.Listener.Log($"Refused {name}: {reason}");
        Send(OrderKind.Refuse, reason);
        GiveUp(new ClusterException($"{name} was refused: {reason}", new UnreachableException(reason)), say: false);
    }

    private void NotStarted(string problem, bool gone)
    {
        waiting.AddRange(doomed);
        doomed.Clear();
        Bury(asked: true, "it did not start", "", tell: false);
        if (gone)
        {
            ending = true; // word that its supervisor has left is on its way
            return;
        }

        Send(OrderKind.Kill); // it may still come up, and would be in the way of the next
        GiveUp(new ClusterException($"The worker of {name} did not start: {problem}"));
    }

    private void Kill()
    {
        killers.Add(Sender);
        if (killing)
            return;
        killing = true;
        if (stage != Stage.Up)
        {
            doomed.AddRange(waiting); // who asks from now on wants the next one
            waiting.Clear();
        }

        patience?.Cancel();
        patience = setting.Clock.TellAfter(setting.DeathPatience, Self, new DeathOverdue(incarnation));
        Send(OrderKind.Kill);
    }

    /// <summary>Nobody knows whether a worker is dead that was to be killed: who waits for it goes on.</summary>
    private void LetLive()
    {
        killing = false;
        AnswerKillers();
        waiting.AddRange(doomed);
        doomed.Clear();
        if (stage == Stage.Up)
            AnswerWaiting();
        else if (stage == Stage.Starting)
            patience = setting.Clock.TellAfter(setting.StartPatience, Self, new StartOverdue(incarnation));
    }

    private void Ended(bool asked, string how, IReadOnlyList<string> lastLines, bool hopeless)
    {
        bool killed = killing, wanted = !killing && !asked, wasUp = stage == Stage.Up, wasReady = address is not null;
        string words = $"{how.TrimEnd('.')}.{(lastLines.Count > 0 ? " Its last words: " + string.Join(" | ", lastLines.TakeLast(3)) : "")}";
        string why = hopeless && lastLines.Count > 0 ? $"The worker of {name} cannot start: {lastLines[^1]}"
            : wasReady ? $"The worker of {name} ended before it was known whether all others reach it."
            : $"The worker of {name} ended before it was ready: {words}";
        Bury(asked, how, words);
        foreach (IActorRef asker in doomed)
            asker.Tell(new Status.Failure(new ClusterException(why)));
        doomed.Clear();
        respawning |= wasReady && wanted && setting.Respawn && !leaving && Stopped is null;
        if (leaving && !ending)
            LetGo(null); // what others have not taken over is lost: it need not stay for it
        if (ending)
            return; // its supervisor goes, too
        if (wasUp)
        {
            if (respawning || waiting.Count > 0)
                Again();
        }
        else if (wanted && !hopeless && setting.Respawn && tries < MostStarts && Stopped is null)
        {
            setting.Listener.Log($"{why} It is started again.");
            Again();
        }
        else
        {
            Abandon(why, nextIsWanted: killed && waiting.Count > 0);
        }
    }

    /// <summary>A worker that came up will not: who was to be told of it is not; who asked since it was to be killed waits for the next.</summary>
    private void Abandon(string why, bool nextIsWanted)
    {
        IActorRef[] next = nextIsWanted ? [.. waiting] : [];
        if (nextIsWanted)
            waiting.Clear();
        GiveUp(new ClusterException(why));
        waiting.AddRange(next);
        if (nextIsWanted)
            Again();
    }

    /// <summary>
    /// Its latest worker is dead. That is told last: whoever hears of it may take it that the worker serves no longer, and that the others know.
    /// </summary>
    private void Bury(bool asked, string how, string words, bool tell = true)
    {
        PeerAddress? dead = address;
        (buried, address, serving, paused, killing) = (incarnation, null, false, false, false);
        stage = session == 0 ? Stage.Absent : Stage.Dead;
        patience?.Cancel();
        if (asked)
            suspected.Clear();
        Post();
        setting.Members.Expel(endpoint, incarnation, isLatest: true);
        Broadcast(new PeerDown(endpoint, incarnation));
        if (dead is not null)
            Context.Parent.Tell(new WorkerLost(dead));
        if (tell && !over)
        {
            if (!asked && dead is not null)
                setting.Listener.Log($"The worker of {name} (incarnation {incarnation}) died: {words}");
            setting.Listener.Died(endpoint, incarnation, asked, how);
        }

        AnswerKillers();
        foreach (AwaitEndOf mourner in mourners)
            mourner.Asker.Tell(new WorkerEnded(mourner.Worker));
        mourners.Clear();
    }

    private void AnswerKillers()
    {
        foreach (IActorRef asker in killers)
            asker.Tell(new WorkerKilled(incarnation));
        killers.Clear();
    }

    /// <summary>Nobody waits for a worker any more: it does not come.</summary>
    private void GiveUp(Exception why, bool say = true)
    {
        foreach (IActorRef asker in waiting)
            asker.Tell(new Status.Failure(why));
        waiting.Clear();
        if (say && respawning && !over)
            setting.Listener.Log($"The worker of {name} could not be started again: {why.Message}");
        if (say && welcoming && !over)
            setting.Listener.Log($"{name} has joined but takes no part: {why.Message}");
        respawning = welcoming = false;
        tries = 0;
    }

    private void Serve(PeerAddress worker)
    {
        if (worker != address)
        {
            Sender.Tell(new Status.Failure(new ClusterException($"The worker of {name} (incarnation {worker.Incarnation}) died.")));
            return;
        }

        serving = true;
        Post();
        setting.Members.SetPeer(worker, serving: true);
        Broadcast(new PeerUp(worker));
        Sender.Tell(new Carried());
    }

    private void WantsToLeave()
    {
        leaving = true;
        Post();
        setting.Listener.Log($"{name} wants to leave.");
        long own = session;
        setting.Clock.TellAfter(setting.LeavePatience, Self, new HandedOver(endpoint, own, "The operation has timed out."));
        setting.Listener.HandOver(endpoint, own);
    }

    private void LetGo(string? problem)
    {
        if (problem is not null)
            setting.Listener.Log($"The layers of {name} could not be handed over: {problem}");
        ending = true;
        Post();
        Send(OrderKind.Shutdown);
    }

    private void Signal(OrderKind kind)
    {
        var order = new Order(kind, endpoint, session, incarnation);
        signals.Add((order, Sender));
        setting.Supervisors.Send(order, Self);
    }

    private void Send(OrderKind kind, string reason = "") => setting.Supervisors.Send(new Order(kind, endpoint, session, incarnation, reason), Self);

    private void Done(OrderDone done)
    {
        bool isOurs = done.Order.Session == session;
        switch (done.Order.Kind)
        {
            case OrderKind.Stop or OrderKind.Continue:
                if (done.Order.Incarnation == incarnation && (done.Order.Kind == OrderKind.Stop) == done.Problem is not null)
                {
                    paused = false;
                    Post();
                }

                Answer(done);
                break;
            case OrderKind.Shutdown or OrderKind.Refuse when isOurs && done is { Problem: not null, Gone: false }:
                ending = false; // it stays, for what is known
                Post();
                if (stage == Stage.Up)
                    AnswerWaiting();
                else if (stage == Stage.Dead && waiting.Count > 0)
                    Start();
                break;
        }
    }

    private void Answer(OrderDone done)
    {
        int at = signals.FindIndex(signal => ReferenceEquals(signal.Order, done.Order));
        if (at < 0)
            return;
        signals[at].Asker.Tell(done.Problem is { } problem ? new Status.Failure(new ClusterException(problem)) : new Carried());
        signals.RemoveAt(at);
    }

    private void Note(NoteHosted note)
    {
        if (note.Worker.Incarnation == incarnation && incarnation > buried)
        {
            hosted = hosted.With(note.Model, note.Layers);
            Post();
        }

        Sender.Tell(new Carried());
    }

    private void Keep(KeepHosted keep)
    {
        bool hasMore = false;
        if (keep.Worker.Incarnation == incarnation && incarnation > buried)
        {
            hosted = hosted.Only(keep.Model, keep.Layers, out hasMore);
            Post();
        }

        Sender.Tell(new HostedKept(hasMore));
    }

    private void Find(MemberFound found)
    {
        // Who was found unreachable and downed itself may end before the others have removed it; who was killed has not been found at all.
        bool living = found.Incarnation > buried, goes = found.Word is MembershipWatch.Downed or MembershipWatch.Removed;
        if (over || (!living && !(goes && suspected.Contains(found.Incarnation))))
            return;
        if (found.Word == MembershipWatch.Unreachable)
            suspected.Add(found.Incarnation);
        else if (found.Word != MembershipWatch.Downed)
            suspected.Remove(found.Incarnation);
        setting.Listener.Log($"Akka.Cluster: {name} is {found.Word}.");
        setting.Listener.Found(endpoint, found.Word);
    }

    private void Broadcast(object message)
    {
        foreach (int other in setting.Board.Living())
        {
            if (other != endpoint)
                setting.Members.Tell(other, message);
        }
    }

    private void Post()
    {
        if (setting.Board[endpoint].Phase != Phase)
            setting.Listener.Detail($"{name} (incarnation {incarnation}): {setting.Board[endpoint].Phase} -> {Phase}");
        setting.Board.Post(endpoint, new NodeView(Phase, incarnation, address, paused, hosted));
    }

    private NodePhase Phase => session == 0 ? NodePhase.Absent
        : stage == Stage.Dead ? NodePhase.Dead
        : paused ? NodePhase.Paused
        : leaving || ending ? NodePhase.Leaving
        : stage != Stage.Up ? NodePhase.Starting
        : serving ? NodePhase.Serving : NodePhase.Held;

    private enum Stage
    {
        Absent,
        Dead,
        Starting,
        Proving,
        Up,
    }

    private sealed record AwaitEndOf(PeerAddress Worker, IActorRef Asker);

    private sealed record StartOverdue(int Incarnation);

    private sealed record DeathOverdue(int Incarnation);
}
