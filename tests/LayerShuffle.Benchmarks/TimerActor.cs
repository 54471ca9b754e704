using Akka.Actor;

namespace LayerShuffle.Benchmarks;

/// <summary>Asks for its next tick with every tick.</summary>
internal sealed class TimerActor : ReceiveActor
{
    public static readonly object Tick = new();

    public TimerActor(Action<IActorRef> again) => ReceiveAny(_ => again(Self));
}
