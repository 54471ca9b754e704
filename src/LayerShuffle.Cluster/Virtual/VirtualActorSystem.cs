using Akka.Actor;
using Akka.Configuration;

namespace LayerShuffle.Cluster.Virtual;

/// <summary>An actor system whose dispatchers and scheduler run on a kernel's virtual time, all on the thread that drives it.</summary>
public sealed class VirtualActorSystem : IDisposable
{
    [ThreadStatic]
    private static VirtualKernel? kernelBeingBorn;

    /// <summary>Starts a system on a fresh kernel.</summary>
    public VirtualActorSystem()
    {
        Kernel = new VirtualKernel();
        kernelBeingBorn = Kernel; // Akka creates dispatcher and scheduler by reflection on this thread: this is how they find the kernel
        try
        {
            System = ActorSystem.Create("layershuffle", Configuration());
            _ = System.Dispatchers.DefaultGlobalDispatcher;
        }
        finally
        {
            kernelBeingBorn = null;
        }

        Kernel.Drain();
    }

    /// <summary>The kernel that owns its time.</summary>
    public VirtualKernel Kernel { get; }

    /// <summary>The actor system.</summary>
    public ActorSystem System { get; }

    internal static VirtualKernel KernelBeingBorn =>
        kernelBeingBorn ?? throw new InvalidOperationException("Virtual dispatchers and schedulers are created by VirtualActorSystem only.");

    /// <summary>Stops an actor with its children and waits for it.</summary>
    public void Stop(IActorRef actor)
    {
        System.Stop(actor);
        Kernel.Drain();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task terminated = System.Terminate();
        while (!terminated.IsCompleted)
        {
            Kernel.Step();
            terminated.Wait(TimeSpan.FromMilliseconds(1)); // coordinated shutdown runs on Akka's own tasks
        }
    }

    private static Config Configuration()
    {
        string dispatcher = typeof(VirtualDispatcherConfigurator).AssemblyQualifiedName!, scheduler = typeof(VirtualScheduler).AssemblyQualifiedName!;
        return ConfigurationFactory.ParseString($$"""
            akka {
              loggers = []
              stdout-loglevel = OFF
              loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              scheduler.implementation = "{{scheduler}}"
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              coordinated-shutdown.terminate-actor-system = on
              actor {
                default-dispatcher { type = "{{dispatcher}}", throughput = 1 }
                internal-dispatcher { type = "{{dispatcher}}", throughput = 1 }
              }
            }
            """);
    }
}
