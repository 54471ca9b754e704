namespace LayerShuffle.Supervision;

/// <summary>
/// One side of a session, which outlives its connections: numbered messages wait until the other side says that it has them and are sent again over the next
/// connection, so that none is lost or heard twice. Numbers are only counted, never sent: both sides count the messages that are neither heartbeats nor part of
/// the handshake.
/// </summary>
internal sealed class HubLink
{
    private const int LongestQueue = 1024;

    private readonly Lock gate = new();
    private readonly Queue<byte[]> unheard = new();
    private long firstUnheard;
    private long received;
    private HubConnection? connection;

    /// <summary>How many numbered messages came from the other side.</summary>
    public long Received
    {
        get
        {
            lock (gate)
                return received;
        }
    }

    /// <summary>Sends a numbered message, now or over the next connection.</summary>
    public void Send(HubMessage message)
    {
        byte[] frame = HubCodec.Encode(message);
        lock (gate)
        {
            if (message is HubMessage.LogLine && unheard.Count >= LongestQueue)
                return; // a worker that floods its output loses lines here, not in its log file
            unheard.Enqueue(frame);
            connection?.Post(frame);
        }
    }

    /// <summary>Says that this side lives, and how much it has heard.</summary>
    public void Beat()
    {
        lock (gate)
            connection?.Post(HubCodec.Encode(new HubMessage.Heartbeat(received)));
    }

    /// <summary>Goes on over a connection.</summary>
    /// <param name="next">The connection.</param>
    /// <param name="greeting">What goes first; given how many messages have come.</param>
    /// <param name="heard">How many of this side's messages the other has.</param>
    /// <returns>The connection before, if it is still there: end it.</returns>
    public HubConnection? Attach(HubConnection next, Func<long, HubMessage>? greeting, long heard)
    {
        lock (gate)
        {
            HubConnection? before = connection;
            Forget(heard);
            if (greeting is not null)
                next.Post(HubCodec.Encode(greeting(received)));
            foreach (byte[] frame in unheard)
                next.Post(frame);
            connection = next;
            return before;
        }
    }

    /// <summary>The connection ended.</summary>
    /// <returns>False if the session already goes on over another.</returns>
    public bool Detach(HubConnection ended)
    {
        lock (gate)
        {
            if (connection != ended)
                return false;
            connection = null;
            return true;
        }
    }

    /// <summary>Ends the connection, if there is one, after what is queued.</summary>
    public Task FinishAsync()
    {
        HubConnection? last;
        lock (gate)
            (last, connection) = (connection, null);
        return last?.FinishAsync() ?? Task.CompletedTask;
    }

    /// <summary>Counts a message that came over <paramref name="from"/>.</summary>
    /// <returns>Whether it is for the session to handle: false for heartbeats and for what still comes over a replaced connection.</returns>
    public bool Hear(HubConnection from, HubMessage message)
    {
        lock (gate)
        {
            if (from != connection)
                return false;
            if (message is HubMessage.Heartbeat beat)
            {
                Forget(beat.Received);
                return false;
            }

            received++;
            return true;
        }
    }

    private void Forget(long heard)
    {
        if (heard < firstUnheard || heard > firstUnheard + unheard.Count)
            throw new HubProtocolException($"The other side has heard {heard} messages, which cannot be: {firstUnheard} were confirmed and {unheard.Count} "
                + "are underway.");
        for (; firstUnheard < heard; firstUnheard++)
            unheard.Dequeue();
    }
}
