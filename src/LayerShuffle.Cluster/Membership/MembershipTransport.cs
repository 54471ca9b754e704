using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport;
using Google.Protobuf;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Akka.Remote's transport with a gate before whatever is written, and a filter after whatever is read. Unlike Akka's own adapters it leaves the scheme of
/// addresses as it is, so that nobody need know of it.
/// </summary>
/// <param name="wrapped">The transport below.</param>
/// <param name="gate">The gate.</param>
/// <param name="filter">What looks at whatever is read.</param>
internal sealed class MembershipTransport(Akka.Remote.Transport.Transport wrapped, MembershipGate gate, InboundFilter filter) : Akka.Remote.Transport.Transport
{
    /// <summary>Associations that others began and over which nothing has come; Akka.Remote itself ends them after its time-out of 15 s.</summary>
    private const int MostSilent = 256;
    private readonly Newcomers<AssociationHandle> silent = new(MostSilent);

    public override string SchemeIdentifier => wrapped.SchemeIdentifier;

    public override long MaximumPayloadBytes => wrapped.MaximumPayloadBytes;

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        (Address address, TaskCompletionSource<IAssociationEventListener> below) = await wrapped.Listen().ConfigureAwait(false);
        var above = new TaskCompletionSource<IAssociationEventListener>();
        _ = PassOnAsync();
        return (address, above);

        async Task PassOnAsync() => below.TrySetResult(new Listener(await above.Task.ConfigureAwait(false), gate, filter, silent));
    }

    public override bool IsResponsibleFor(Address remote) => wrapped.IsResponsibleFor(remote);

    public override async Task<AssociationHandle> Associate(Address remoteAddress) =>
        new MembershipHandle(await wrapped.Associate(remoteAddress).ConfigureAwait(false), gate, filter, null);

    public override Task<bool> Shutdown() => wrapped.Shutdown();

    public override Task<bool> ManagementCommand(object message) => wrapped.ManagementCommand(message);

    /// <summary>Associations that others begin get a gate too, and only so many of them may be silent.</summary>
    private sealed class Listener(IAssociationEventListener above, MembershipGate gate, InboundFilter filter, Newcomers<AssociationHandle> silent)
        : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev)
        {
            if (ev is not InboundAssociation inbound)
            {
                above.Notify(ev);
                return;
            }

            if (silent.Add(inbound.Association) is { } oldest)
                Drop(oldest);
            above.Notify(new InboundAssociation(new MembershipHandle(inbound.Association, gate, filter, silent)));
        }

        private static void Drop(AssociationHandle oldest)
        {
#pragma warning disable CS0618 // the other way of ending it wants a logger and says the same
            oldest.Disassociate();
#pragma warning restore CS0618
        }
    }
}

/// <summary>Made by Akka.Remote, by the name of its type in the configuration, and asked to put our transport around its own.</summary>
internal sealed class MembershipTransportProvider : ITransportAdapterProvider
{
    /// <summary>The configuration that has Akka.Remote do so. No blank after the comma: Akka.Remote would read quotation marks into the name.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString($$"""
        akka.remote {
          adapters.membership = "{{typeof(MembershipTransportProvider).FullName}},{{typeof(MembershipTransportProvider).Assembly.GetName().Name}}"
          dot-netty.tcp.applied-adapters = ["membership"]
        }
        """);

    public Akka.Remote.Transport.Transport Create(Akka.Remote.Transport.Transport wrappedTransport, ExtendedActorSystem system) =>
        system.Settings.Setup.Get<MembershipSetup>() is { HasValue: true, Value: var setup }
            ? new MembershipTransport(wrappedTransport, setup.Gate, setup.Filter) : wrappedTransport;
}

/// <summary>One association with a gate before whatever is written, and a filter after whatever is read.</summary>
internal sealed class MembershipHandle : AssociationHandle
{
    private readonly AssociationHandle wrapped;
    private readonly MembershipGate gate;

    /// <param name="wrapped">The association below.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="silent">Where it is until something comes over it; null: this process began it.</param>
    public MembershipHandle(AssociationHandle wrapped, MembershipGate gate, InboundFilter filter, Newcomers<AssociationHandle>? silent)
        : base(wrapped.LocalAddress, wrapped.RemoteAddress)
    {
        (this.wrapped, this.gate) = (wrapped, gate);
        ReadHandlerSource = new TaskCompletionSource<IHandleEventListener>();
        _ = ReadHandlerSource.Task.ContinueWith(
            above => wrapped.ReadHandlerSource.TrySetResult(new Reader(above.Result, wrapped, filter, silent)),
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public override bool Write(ByteString payload) => gate.IsOpen ? wrapped.Write(payload) : Pass(payload);

    [Obsolete("Akka.Remote declares it so.")]
    public override void Disassociate() => wrapped.Disassociate();

    private bool Pass(ByteString payload) => gate.Write(payload.Memory, () => wrapped.Write(payload));

    private sealed class Reader(IHandleEventListener above, AssociationHandle wrapped, InboundFilter filter, Newcomers<AssociationHandle>? silent)
        : IHandleEventListener
    {
        private bool heard;

        public void Notify(IHandleEvent ev)
        {
            if (!heard && ev is InboundPayload or Disassociated)
            {
                heard = true;
                silent?.Remove(wrapped); // over TLS nothing comes from who has not proven itself
            }

            if (ev is InboundPayload inbound && !filter.Allows(inbound.Payload.Memory))
                return;
            above.Notify(ev);
        }
    }
}

/// <summary>How an actor system's transport finds the gate and the filter of its process.</summary>
/// <param name="gate">The gate.</param>
/// <param name="filter">What looks at whatever is read.</param>
internal sealed class MembershipSetup(MembershipGate gate, InboundFilter filter) : Setup
{
    public InboundFilter Filter { get; } = filter;

    public MembershipGate Gate { get; } = gate;
}

/// <summary>
/// Where messages of Akka.Cluster leave a process: while somebody judges, each is handed to the judge; otherwise all pass. One for each actor system, shared by
/// all its associations.
/// </summary>
internal sealed class MembershipGate
{
    private readonly ConcurrentDictionary<(string Host, int Port), int> endpoints = [];
    private MembershipJudge? judge;

    /// <summary>Decides about a message to an endpoint: it sends it now, later or never.</summary>
    /// <param name="to">The receiving endpoint.</param>
    /// <param name="send">Sends it.</param>
    public delegate void MembershipJudge(int to, Action send);

    /// <summary>Says which endpoint is behind an address of an actor system; those of earlier incarnations stay known.</summary>
    public void SetPeer(string host, int port, int endpoint) => endpoints[(host, port)] = endpoint;

    /// <summary>From now on messages are judged.</summary>
    public void Begin(MembershipJudge by) => Volatile.Write(ref judge, by);

    /// <summary>They are not judged any more, if it was this judge's turn.</summary>
    public void End(MembershipJudge by) => Interlocked.CompareExchange(ref judge, null, by);

    /// <summary>Whether everything passes.</summary>
    public bool IsOpen => Volatile.Read(ref judge) is null;

    /// <summary>Takes what Akka.Remote is about to write to a peer.</summary>
    /// <param name="payload">The bytes of it (<see cref="RemotePayload"/>).</param>
    /// <param name="write">Writes it.</param>
    /// <returns>Whether it counts as written; false has Akka.Remote try again.</returns>
    public bool Write(ReadOnlyMemory<byte> payload, Func<bool> write)
    {
        if (Volatile.Read(ref judge) is not { } present || RemotePayload.MembershipReceiver(payload) is not { } address
            || !endpoints.TryGetValue(address, out int to))
            return write();
        present(to, () => write());
        return true;
    }
}
