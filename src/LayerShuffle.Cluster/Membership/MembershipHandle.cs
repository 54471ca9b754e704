using Akka.Remote.Transport;
using Google.Protobuf;
using LayerShuffle.Cluster.Addresses;

namespace LayerShuffle.Cluster.Membership;

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

    private bool Pass(ByteString payload) => gate.Write(payload.Span, () => wrapped.Write(payload));

    private sealed class Reader(IHandleEventListener above, AssociationHandle wrapped, InboundFilter filter, Newcomers<AssociationHandle>? silent) : IHandleEventListener
    {
        private bool heard;

        public void Notify(IHandleEvent ev)
        {
            if (!heard && ev is InboundPayload or Disassociated)
            {
                heard = true;
                silent?.Remove(wrapped); // over TLS nothing comes from who has not proven itself
            }

            if (ev is InboundPayload inbound && !filter.Allows(inbound.Payload.Span))
                return;
            above.Notify(ev);
        }
    }
}
