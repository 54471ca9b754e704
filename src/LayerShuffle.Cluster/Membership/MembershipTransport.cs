using Akka.Actor;
using Akka.Remote.Transport;
using LayerShuffle.Cluster.Addresses;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Akka.Remote's transport with a gate before whatever is written, and a filter after whatever is read. Unlike Akka's own adapters it leaves the scheme of addresses as it is, so that nobody need know of it.
/// </summary>
/// <param name="wrapped">The transport below.</param>
/// <param name="gate">The gate.</param>
/// <param name="filter">What looks at whatever is read.</param>
internal sealed class MembershipTransport(Transport wrapped, MembershipGate gate, InboundFilter filter) : Transport
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

    public override async Task<AssociationHandle> Associate(Address remoteAddress) => new MembershipHandle(await wrapped.Associate(remoteAddress).ConfigureAwait(false), gate, filter, null);

    public override Task<bool> Shutdown() => wrapped.Shutdown();

    public override Task<bool> ManagementCommand(object message) => wrapped.ManagementCommand(message);

    /// <summary>Associations that others begin get a gate too, and only so many of them may be silent.</summary>
    private sealed class Listener(IAssociationEventListener above, MembershipGate gate, InboundFilter filter, Newcomers<AssociationHandle> silent) : IAssociationEventListener
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
