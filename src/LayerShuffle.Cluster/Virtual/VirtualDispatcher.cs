using Akka.Dispatch;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>An Akka dispatcher that queues mailbox runs on the kernel instead of a thread pool.</summary>
internal sealed class VirtualDispatcher(MessageDispatcherConfigurator configurator, VirtualKernel kernel) : MessageDispatcher(configurator)
{
    protected override void ExecuteTask(IRunnable run) => kernel.Enqueue(run);

    protected override void Shutdown()
    {
    }
}
