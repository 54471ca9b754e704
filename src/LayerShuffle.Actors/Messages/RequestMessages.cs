namespace LayerShuffle.Actors.Messages;

/// <summary>To the coordinator: begin to submit.</summary>
public sealed record StartWorkload
{
    /// <summary>The message.</summary>
    public static StartWorkload Instance { get; } = new();
}

/// <summary>To the coordinator: submit the next request.</summary>
/// <param name="Request">Its number.</param>
public sealed record SubmitRequest(int Request);

/// <summary>To the coordinator: the other results of a request have been waited for.</summary>
/// <param name="Request">Its number.</param>
public sealed record PathsDue(int Request);

/// <summary>To the coordinator: a request's deadline has come.</summary>
/// <param name="Request">Its number.</param>
public sealed record DeadlineReached(int Request);
