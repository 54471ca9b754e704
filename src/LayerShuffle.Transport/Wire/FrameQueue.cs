namespace LayerShuffle.Transport.Wire;

/// <summary>
/// Frames that wait for one peer, first in first out, with a bound on their bytes; the frame being written counts until it is released. Thread-safe; frames are
/// finished outside the lock.
/// </summary>
internal sealed class FrameQueue(long limit)
{
    private readonly Lock gate = new();
    private readonly LinkedList<PreparedFrame> frames = [];
    private readonly LinkedList<(PreparedFrame Frame, TaskCompletionSource Admitted)> waiting = [];
    private TaskCompletionSource? arrival;
    private string? closed;

    /// <summary>Bytes queued and being written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Queues a frame if there is room and nobody waits for some.</summary>
    public bool TryAdd(PreparedFrame frame)
    {
        lock (gate)
        {
            if (closed is not null || waiting.Count > 0 || !HasRoom(frame))
                return false;
            Admit(frame);
            return true;
        }
    }

    /// <summary>Queues a frame as soon as there is room. Cancelled before that, it was never queued.</summary>
    /// <exception cref="FrameDroppedException">The queue was closed.</exception>
    public async ValueTask AddAsync(PreparedFrame frame, CancellationToken cancellation)
    {
        LinkedListNode<(PreparedFrame, TaskCompletionSource Admitted)> node;
        lock (gate)
        {
            if (closed is not null)
                throw new FrameDroppedException(closed);
            if (waiting.Count == 0 && HasRoom(frame))
            {
                Admit(frame);
                return;
            }

            node = waiting.AddLast((frame, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        await using CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ =>
        {
            lock (gate)
            {
                if (node.List is null)
                    return; // admitted or failed already
                waiting.Remove(node);
                AdmitWaiting(); // it may have stood before smaller ones
            }

            node.Value.Admitted.TrySetCanceled(cancellation);
        }, null);
        await node.Value.Admitted.Task;
    }

    /// <summary>Waits until a frame is there.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (frames.Count > 0)
                return Task.CompletedTask;
            arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return arrival.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Takes the first frame; its bytes count until <see cref="Release"/>.</summary>
    public PreparedFrame? TryTake()
    {
        lock (gate)
        {
            PreparedFrame? frame = frames.First?.Value;
            if (frame is not null)
                frames.RemoveFirst();
            return frame;
        }
    }

    /// <summary>Takes a frame back that nobody has begun to write. False if that is too late.</summary>
    public bool TryWithdraw(PreparedFrame frame)
    {
        lock (gate)
        {
            if (!frames.Remove(frame))
                return false;
            Bytes -= frame.Bytes;
            AdmitWaiting();
            return true;
        }
    }

    /// <summary>Ends a frame that was taken and makes room.</summary>
    public void Release(PreparedFrame frame, Exception? failure)
    {
        lock (gate)
        {
            Bytes -= frame.Bytes;
            AdmitWaiting();
        }

        frame.Finish(failure);
    }

    /// <summary>Drops what is queued and refuses what comes.</summary>
    public void Close(string reason)
    {
        List<PreparedFrame> dropped;
        List<TaskCompletionSource> refused;
        lock (gate)
        {
            closed ??= reason;
            dropped = [.. frames];
            refused = [.. waiting.Select(w => w.Admitted)];
            frames.Clear();
            waiting.Clear();
            foreach (PreparedFrame frame in dropped)
                Bytes -= frame.Bytes;
        }

        foreach (PreparedFrame frame in dropped)
            frame.Finish(new FrameDroppedException(reason));
        foreach (TaskCompletionSource waiter in refused)
            waiter.TrySetException(new FrameDroppedException(reason));
    }

    private bool HasRoom(PreparedFrame frame) => Bytes == 0 || Bytes + frame.Bytes <= limit;

    private void Admit(PreparedFrame frame)
    {
        frames.AddLast(frame);
        Bytes += frame.Bytes;
        arrival?.TrySetResult();
        arrival = null;
    }

    private void AdmitWaiting()
    {
        while (waiting.First is { } first && HasRoom(first.Value.Frame))
        {
            waiting.RemoveFirst();
            Admit(first.Value.Frame);
            first.Value.Admitted.TrySetResult();
        }
    }
}

/// <summary>A frame was given up before it was written: its connection broke, its peer has a new incarnation or was removed, or the plane ended.</summary>
public sealed class FrameDroppedException : IOException
{
    /// <summary>An error with a sentence that says why.</summary>
    public FrameDroppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
