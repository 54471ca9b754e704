using Akka.Actor;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>Somebody who has asked and waits for one answer, in the turn of whoever answers.</summary>
internal sealed class Answer(ActorSystem system, object question, Action<object>? then = null) : MinimalActorRef
{
    public object Question => question;

    /// <summary>The answer; null while it is waited for.</summary>
    public object? Value { get; private set; }

    public bool IsHere => Value is not null;

    /// <summary>Why not; null if it is not known, or was done.</summary>
    public string? Problem => (Value as Status.Failure)?.Cause.Message;

    public override ActorPath Path { get; } = system.DeadLetters.Path / "answer";

    public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

    public T Of<T>() => Value is T answer ? answer : throw new InvalidOperationException($"{question} was answered by {Value ?? "nothing"}.");

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (Value is not null)
            throw new InvalidOperationException($"{question} was answered twice: {Value}, then {message}.");
        Value = message;
        then?.Invoke(message);
    }
}
