using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;

namespace LayerShuffle.Cluster.Membership;

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

    public Transport Create(Transport wrappedTransport, ExtendedActorSystem system) =>
        system.Settings.Setup.Get<MembershipSetup>() is { HasValue: true, Value: var setup } ? new MembershipTransport(wrappedTransport, setup.Gate, setup.Filter) : wrappedTransport;
}
