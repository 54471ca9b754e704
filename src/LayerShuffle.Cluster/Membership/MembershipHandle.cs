using Akka.Remote.Transport;
using Google.Protobuf;

namespace LayerShuffle.Cluster.Membership;

/// <summary>One association with a gate before whatever is written. What is read goes straight up.</summary>
internal sealed class MembershipHandle : AssociationHandle
{
    private readonly AssociationHandle wrapped;
    private readonly MembershipGate gate;

    public MembershipHandle(AssociationHandle wrapped, MembershipGate gate)
        : base(wrapped.LocalAddress, wrapped.RemoteAddress)
    {
        (this.wrapped, this.gate) = (wrapped, gate);
        ReadHandlerSource = wrapped.ReadHandlerSource;
    }

    public override bool Write(ByteString payload) => gate.IsOpen ? wrapped.Write(payload) : Pass(payload);

    [Obsolete("Akka.Remote declares it so.")]
    public override void Disassociate() => wrapped.Disassociate();

    private bool Pass(ByteString payload) => gate.Write(payload.Span, () => wrapped.Write(payload));
}
