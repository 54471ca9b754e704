using Akka.Actor;
using Akka.Remote.Transport;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Akka.Remote's transport with a gate before whatever is written. Unlike Akka's own adapters it leaves the scheme of addresses as it is, so that nobody need know of it.
/// </summary>
/// <param name="wrapped">The transport below.</param>
/// <param name="gate">The gate.</param>
internal sealed class MembershipTransport(Transport wrapped, MembershipGate gate) : Transport
{
    public override string SchemeIdentifier => wrapped.SchemeIdentifier;

    public override long MaximumPayloadBytes => wrapped.MaximumPayloadBytes;

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        (Address address, TaskCompletionSource<IAssociationEventListener> below) = await wrapped.Listen().ConfigureAwait(false);
        var above = new TaskCompletionSource<IAssociationEventListener>();
        _ = PassOnAsync();
        return (address, above);

        async Task PassOnAsync() => below.TrySetResult(new Listener(await above.Task.ConfigureAwait(false), gate));
    }

    public override bool IsResponsibleFor(Address remote) => wrapped.IsResponsibleFor(remote);

    public override async Task<AssociationHandle> Associate(Address remoteAddress) => new MembershipHandle(await wrapped.Associate(remoteAddress).ConfigureAwait(false), gate);

    public override Task<bool> Shutdown() => wrapped.Shutdown();

    public override Task<bool> ManagementCommand(object message) => wrapped.ManagementCommand(message);

    /// <summary>Associations that others begin get a gate too.</summary>
    private sealed class Listener(IAssociationEventListener above, MembershipGate gate) : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev) => above.Notify(ev is InboundAssociation inbound ? new InboundAssociation(new MembershipHandle(inbound.Association, gate)) : ev);
    }
}
