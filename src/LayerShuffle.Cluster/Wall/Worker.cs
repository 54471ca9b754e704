using System.Runtime.CompilerServices;
using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Time;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// A worker: hosts layers, runs a node's side of trials and trainings. Told what to do by the coordinator, one message at a time, on its inbox.
/// </summary>
internal sealed class Worker : IDisposable
{
    private readonly WorkerSettings settings;
    private readonly int incarnation;
    private readonly ILogger log;
    private readonly MachineClock clock = new();
    private readonly ActivationStore store = new();
    private readonly Device? device; // null where nothing is computed: libtorch takes half a second to load
    private readonly Lock gate = new(); // trial and training are read by the data plane's threads
    private ClusterProcess process = null!; // set before anything arrives
    private ReachProber prober = null!;
    private BlobReceiver blobs = null!;
    private WallLayerCompute compute = null!;
    private HostedModels models = null!;
    private EndpointTrial? trial;
    private IActorRef node = ActorRefs.Nobody;
    private ActorGuard? guard; // of the trial's actors
    private WorkerTraining? training;
    private int prepared;
    private volatile bool over;
    private bool disposed;

    public Worker(WorkerSettings settings, int incarnation, ILogger log)
    {
        (this.settings, this.incarnation, this.log) = (settings, incarnation, log);
        if (settings.Computes)
            device = LoadTorch(settings);
    }

    /// <summary>Takes its process, whose messages wait until then.</summary>
    public void Begin(ClusterProcess own, BlobCache cache)
    {
        process = own;
        prober = new ReachProber(own, settings.Endpoint);
        blobs = new BlobReceiver(cache, settings.Endpoint, TellCoordinator);
        compute = new WallLayerCompute(
            own.Timer, settings.Computes ? settings.Threads : null,
                (layer, activation, request, position) => models.Execute(layer, activation, request, position, store),
            exception => Problem($"A layer failed: {exception.Message}"));
        models = new HostedModels(blobs.Get, () => Device, compute.Do);
        own.SetPeer(settings.Coordinator);
    }

    /// <summary>The cluster has it: asks the time, if it is on another machine, and says hello.</summary>
    public void Joined()
    {
        if (settings.BootId is { } id && id == MachineClock.BootId())
            Hello();
        else
            Probe();
    }

    /// <summary>A control message.</summary>
    public void Received(object message)
    {
        if (over || (process is not null && CoordinatedShutdown.Get(process.System).ShutdownReason is not null))
            return;
        try
        {
            Handle(message);
        }
        catch (Exception exception)
        {
            log.Say(exception.ToString());
            Problem($"{message.GetType().Name} failed: {exception.Message}");
        }
    }

    /// <summary>A frame of the data plane.</summary>
    public void Framed(IncomingFrame frame)
    {
        try
        {
            using (frame)
                Handle(frame);
        }
        catch (WireFormatException exception)
        {
            log.Say($"A frame of endpoint {frame.From} was refused: {exception.Message}");
        }
        catch (Exception exception)
        {
            log.Say(exception.ToString());
            Problem($"A frame of endpoint {frame.From} could not be dealt with: {exception.Message}");
        }
    }

    /// <summary>It is about to end: its actors go, and nothing new is begun. Messages that still come are not dealt with.</summary>
    public void Stop()
    {
        over = true;
        guard?.Dispose();
        process.System.Stop(node);
        training?.Stop();
        trial?.Dispose();
    }

    /// <summary>Ends the computing thread and frees what it computed on; its process has ended, or never came up.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        over = true;
        compute?.Dispose();
        models?.Dispose();
        store.Clear();
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case RoutedControl routed:
                if (trial is { } ofRouted && ofRouted.Number == routed.Trial)
                    ofRouted.Carrier.OnControl(routed);
                break;
            case RequestsEnded ended:
                foreach (int request in ended.Trial == trial?.Number ? ended.Requests : [])
                    store.Release(request);
                break;
            case LayersMoved moved when moved.Trial == trial?.Number:
                trial.Context.Moved.Move(moved.Layers, moved.Endpoints);
                break;
            case PeerUp up:
                process.SetPeer(up.Address);
                break;
            case PeerDown down:
                process.RemovePeer(down.Endpoint, down.Incarnation);
                node.Tell(down);
                break;
            case RestartNode restart:
                models.Renew();
                node.Tell(restart);
                break;
            case LayersBack back:
                models.Replace(back);
                node.Tell(back);
                break;
            case PrepareTrial prepare:
                Prepare(prepare);
                break;
            case StartTrial start when start.Trial == trial?.Number:
                trial.Start(start.Zero - clock.Offset);
                break;
            case Messages.EndTrial end:
                if (end.Trial == trial?.Number)
                    EndTrial(report: true, end.End);
                TellCoordinator(new TrialLeft(end.Trial, settings.Endpoint)); // also from one that came too late to take part: nobody need wait for it
                break;
            case ToTraining to when to.Training == training?.Number:
                training.Tell(to.Layer, to.Message);
                break;
            case ProveReach prove:
                prober.Begin(prove);
                break;
            case ReachProbe probe:
                prober.Heard(probe);
                break;
            case ClockProbed probed:
                clock.Answer(probed.Sent, probed.Coordinator, process.Timer.Now);
                if (clock.Done)
                    Hello();
                else
                    Probe();
                break;
            default:
                HandleLayers(message);
                break;
        }
    }

    /// <summary>What tells it which layers to host.</summary>
    private void HandleLayers(object message)
    {
        switch (message)
        {
            case OfferBlobs offer:
                blobs.OnOffer(offer);
                break;
            case KeepLayers keep:
                models.Keep(keep);
                break;
            case HostLayers host:
                models.Host(host);
                TellCoordinator(new LayersHosted(host.Model, settings.Endpoint, incarnation));
                break;
            case HostTraining host:
                Host(host);
                break;
        }
    }

    private void Handle(IncomingFrame frame)
    {
        if (frame.Kind == WallCarrier.HopKind)
        {
            var reader = new WireReader(frame.Meta, "frame 'hop'");
            int number = reader.ReadNumber();
            EndpointTrial? present;
            lock (gate)
                present = trial;
            if (present?.Number == number)
                present.Carrier.OnFrame(ref reader, frame);
        }
        else if (frame.Kind == ReachProber.Kind)
        {
            prober.Heard(frame);
        }
        else if (frame.Kind == BlobSender.ChunkKind)
        {
            blobs.OnChunk(frame);
        }
        else if (TrainingLink.Carries(frame.Kind))
        {
            (int number, int layer, object message) = TrainingLink.Read(frame);
            WorkerTraining? present;
            lock (gate)
                present = training;
            if (present?.Number == number)
                present.Tell(layer, message);
            else
                (message as ITensorMessage)?.Release();
        }
    }

    private void Prepare(PrepareTrial prepare)
    {
        EndTrial(report: false);
        training?.Stop();
        foreach (PeerAddress peer in prepare.Peers)
            process.SetPeer(peer);
        models.Use(prepare.Model);
        var setting = new TrialSetting(prepare.Spec, prepare.Layers);
        models.Begin(setting, settings.Endpoint);
        store.Clear();
        ActorGuard watch = guard = new ActorGuard(process.System, ended => Problem(ended.Message));
        var next = new EndpointTrial(
            prepare.Trial, setting, settings.Endpoint, incarnation, prepare.Life, process, compute, store,
                images => images * prepare.ImageNumbers, TellCoordinator, watch, models.Strike);
        if (prepare.Model.Length > 0 && next.Context.Placement.LayersOn(settings.Endpoint).Any(layer => !models.Has(prepare.Model, layer)))
            throw new InvalidOperationException($"the model {prepare.Model} is not hosted here");
        var spec = prepare.Spec.Cluster.Nodes[settings.Endpoint - 1];
        Props props = NodeActor.Props(settings.Endpoint, spec, next.Context, incarnation, !prepare.Held);
        var member = new TrialMember("endpoint", props, $"The actor of {spec.Name}");
        node = process.System.ActorOf(TrialActor.Props(member, watch), $"trial-{prepare.Trial}-{++prepared}");
        next.Carrier.Endpoint = node;
        lock (gate)
            (training, trial) = (null, next);
        TellCoordinator(new TrialPrepared(prepare.Trial, settings.Endpoint, incarnation));
    }

    private void EndTrial(bool report, Instant end = default)
    {
        if (trial is not { } ended)
            return;
        guard?.Dispose();
        process.System.Stop(node);
        node = ActorRefs.Nobody;
        ended.Dispose();
        lock (gate)
            trial = null;
        store.Clear();
        if (!report)
            return;
        ended.FlushNow();
        TellCoordinator(new LinkReport(settings.Endpoint, ended.Links(end), ended.Number, ended.Met()));
    }

    private void Host(HostTraining host)
    {
        foreach (PeerAddress peer in host.Peers)
            process.SetPeer(peer);
        if (training?.Number != host.Training)
        {
            training?.Stop();
            var next = new WorkerTraining(host.Training, settings.Endpoint, process, Problem);
            lock (gate)
                training = next;
        }

        training!.Host(host, Device, settings.Threads, () => TellCoordinator(new TrainingHosted(host.Training, settings.Endpoint, incarnation)));
    }

    private Device Device => device ?? throw new InvalidOperationException("layers are to be hosted where nothing was to be computed");

    // In a method of its own: where nothing is computed, nothing of TorchSharp need be there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Device LoadTorch(WorkerSettings settings)
    {
        Device device = torch.device(settings.Device);
        set_num_threads(settings.Threads);
        return device;
    }

    private void Hello() => TellCoordinator(new WorkerHello(process.Address));

    private void Probe() => TellCoordinator(new ClockProbe(settings.Endpoint, process.Timer.Now));

    /// <summary>
    /// It cannot go on: the run ends, and says why. That its actors end with a system that is being ended, as that of an expelled member is, is told by its
    /// exit code.
    /// </summary>
    public void Problem(string reason)
    {
        if (over || (process is not null && CoordinatedShutdown.Get(process.System).ShutdownReason is not null))
            return;
        log.Say(reason);
        TellCoordinator(new WorkerProblem(settings.Endpoint, reason));
    }

    private void TellCoordinator(object message) => process.Tell(0, message);
}
