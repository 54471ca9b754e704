using Akka.Configuration;
using Akka.Dispatch;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>Hands out the one dispatcher of a virtual actor system. Akka creates it by name from the configuration.</summary>
public sealed class VirtualDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly VirtualDispatcher dispatcher;

    /// <summary>Called by Akka.</summary>
    public VirtualDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        dispatcher = new VirtualDispatcher(this, VirtualActorSystem.KernelBeingBorn);

    /// <inheritdoc/>
    public override MessageDispatcher Dispatcher() => dispatcher;
}
