using Akka.Actor;
using Akka.Serialization;
using LayerShuffle.Cluster.Serialization;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>A peer's serializer that is the product's, but for <see cref="Garbled"/>.</summary>
internal sealed class GarblingSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly ClusterMessageSerializer inner = new(system);

    public override int Identifier => inner.Identifier;

    public override string Manifest(object o) => o is Garbled garbled ? garbled.Manifest : inner.Manifest(o);

    public override byte[] ToBinary(object obj) => obj is Garbled ? [1, 0xff, 0xff, 0xff] : inner.ToBinary(obj);

    public override object FromBinary(byte[] bytes, string manifest) => inner.FromBinary(bytes, manifest);
}
