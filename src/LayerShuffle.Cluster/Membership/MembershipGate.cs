using System.Collections.Concurrent;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Where messages of Akka.Cluster leave a process: while somebody judges, each is handed to the judge; otherwise all pass. One for each actor system, shared by
/// all its associations.
/// </summary>
internal sealed class MembershipGate
{
    private readonly ConcurrentDictionary<(string Host, int Port), int> endpoints = [];
    private MembershipJudge? judge;

    /// <summary>Decides about a message to an endpoint: it sends it now, later or never.</summary>
    /// <param name="to">The receiving endpoint.</param>
    /// <param name="send">Sends it.</param>
    public delegate void MembershipJudge(int to, Action send);

    /// <summary>Says which endpoint is behind an address of an actor system; those of earlier incarnations stay known.</summary>
    public void SetPeer(string host, int port, int endpoint) => endpoints[(host, port)] = endpoint;

    /// <summary>From now on messages are judged.</summary>
    public void Begin(MembershipJudge by) => Volatile.Write(ref judge, by);

    /// <summary>They are not judged any more, if it was this judge's turn.</summary>
    public void End(MembershipJudge by) => Interlocked.CompareExchange(ref judge, null, by);

    /// <summary>Whether everything passes.</summary>
    public bool IsOpen => Volatile.Read(ref judge) is null;

    /// <summary>Takes what Akka.Remote is about to write to a peer.</summary>
    /// <param name="payload">The bytes of it (<see cref="RemotePayload"/>).</param>
    /// <param name="write">Writes it.</param>
    /// <returns>Whether it counts as written; false has Akka.Remote try again.</returns>
    public bool Write(ReadOnlyMemory<byte> payload, Func<bool> write)
    {
        if (Volatile.Read(ref judge) is not { } present || RemotePayload.MembershipReceiver(payload) is not { } address
            || !endpoints.TryGetValue(address, out int to))
            return write();
        present(to, () => write());
        return true;
    }
}
