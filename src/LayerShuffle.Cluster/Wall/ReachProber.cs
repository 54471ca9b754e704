using System.Net.Sockets;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// One process's part in the proof that all reach all: connects to others and lets itself be heard on both planes, and tells the coordinator whom it heard.
/// Keeps nothing: whatever is lost is asked for again. A message alone would prove too little of the control plane: Akka.Remote also answers over the
/// connection that the other side has opened, until that breaks.
/// </summary>
internal sealed class ReachProber(ClusterProcess process, int self)
{
    /// <summary>The kind of frame that only lets itself be heard.</summary>
    public const byte Kind = 30;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5), FailurePatience = TimeSpan.FromSeconds(1);

    /// <summary>Connects to some peers, and sends them a message and a frame.</summary>
    public void Begin(ProveReach prove)
    {
        foreach (PeerAddress peer in prove.Peers)
            _ = Task.Run(() => ProbeAsync(prove.Round, peer));
    }

    /// <summary>Another's message was heard.</summary>
    public void Heard(ReachProbe probe) => process.Tell(0, new Reached(probe.Round, probe.From, self, false));

    /// <summary>Another's frame was heard; it stays the caller's.</summary>
    /// <exception cref="WireFormatException">It is no such frame.</exception>
    public void Heard(IncomingFrame frame)
    {
        var reader = new WireReader(frame.Meta, "frame 'reach'");
        int round = reader.ReadNumber();
        reader.End();
        process.Tell(0, new Reached(round, frame.From, self, true));
    }

    /// <summary>Tries once to connect to an address.</summary>
    /// <returns>What stands in the way, in words; null if nothing does.</returns>
    public static async Task<string?> ConnectAsync(string host, int port, ClusterIdentity identity)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var timer = new CancellationTokenSource(ConnectPatience, TimeProvider.System);
            await socket.ConnectAsync(new HostAddress(host, port).EndPoint, timer.Token).ConfigureAwait(false);
            ListenPolicy.CheckPeer(((System.Net.IPEndPoint)socket.RemoteEndPoint!).Address, identity);
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {ConnectPatience.TotalSeconds:0} s";
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain)
        {
            return $"there, the name {host} has no address ({exception.Message})";
        }
        catch (Exception exception) when (exception is SocketException or InsecureAddressException)
        {
            return exception.Message;
        }
    }

    private async Task ProbeAsync(int round, PeerAddress peer)
    {
        try
        {
            process.SetPeer(peer, serving: false);
            var writer = new WireWriter();
            writer.WriteNumber(round);
            process.Plane.TrySend(peer.Endpoint, new OutgoingFrame(Kind, writer.ToArray(), [], WireDtype.Float32));
            if (await ConnectAsync(peer.Host, peer.AkkaPort, process.Identity).ConfigureAwait(false) is { } failure)
                process.Tell(0, new NotReached(round, self, peer.Endpoint, false, failure));
            else
                process.Tell(peer.Endpoint, new ReachProbe(round, self));
            await Task.Delay(FailurePatience).ConfigureAwait(false); // the data plane connects by itself, and says only how it went
            if (process.Plane.Failure(peer.Endpoint) is { } reason)
                process.Tell(0, new NotReached(round, self, peer.Endpoint, true, reason));
        }
        catch (Exception exception) when (exception is InsecureAddressException or ArgumentException)
        {
            process.Tell(0, new NotReached(round, self, peer.Endpoint, false, exception.Message));
            process.Tell(0, new NotReached(round, self, peer.Endpoint, true, exception.Message));
        }
        catch (ObjectDisposedException)
        {
            // the process ends
        }
    }
}
