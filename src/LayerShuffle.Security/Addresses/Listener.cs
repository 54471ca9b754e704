using System.Net;
using System.Net.Sockets;
using LayerShuffle.Core;

namespace LayerShuffle.Security.Addresses;

/// <summary>Opens sockets to listen on, and says in sentences why that cannot be.</summary>
public static class Listener
{
    /// <summary>Listens. <c>[::]</c> takes IPv4 as well.</summary>
    /// <param name="where">The address; port 0 takes any that is free.</param>
    /// <param name="purpose">What for: <c>nodes that join</c>, <c>activations</c>.</param>
    /// <param name="option">The option that chooses the port, or null.</param>
    /// <param name="backlog">How many connections may wait.</param>
    /// <exception cref="ClusterException">The address cannot be listened on.</exception>
    public static Socket Open(IPEndPoint where, string purpose, string? option, int backlog)
    {
        var socket = new Socket(where.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (where.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(where);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ClusterException($"Cannot listen on {HostAddress.Text(where.Address.ToString(), where.Port)} for {purpose}: {exception.Message}. "
                + $"{Advice(exception.SocketErrorCode, option)}", exception);
        }
    }

    /// <summary>Looks whether an address can be listened on, before something that says less does so.</summary>
    /// <inheritdoc cref="Open"/>
    public static void Check(IPEndPoint where, string purpose, string? option) => Open(where, purpose, option, 1).Dispose();

    /// <summary>As <see cref="Check"/>, but waits for a while if the port is taken: by a process that is just being ended, perhaps.</summary>
    /// <exception cref="ClusterException">The address cannot be listened on.</exception>
    public static async Task WaitAsync(IPEndPoint where, string purpose, string? option, TimeSpan patience)
    {
        for (long began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false))
        {
            try
            {
                Check(where, purpose, option);
                return;
            }
            catch (ClusterException exception) when (
                exception.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                    && TimeProvider.System.GetElapsedTime(began) < patience)
            {
                // once more
            }
        }
    }

    private static string Advice(SocketError error, string? option) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Another program has this port, perhaps another run or node: end that, or choose another port{(option is null ? "" : $" with {option}")}; "
                + $"{Free(option)}.",
        SocketError.AddressNotAvailable => "This machine has no such address: give one of its own, or 0.0.0.0 (or [::]) for all of them.",
        SocketError.AccessDenied => "Ports below 1024 are often the system's: choose a higher one.",
        _ => $"Choose another address or port; {Free(option)}.",
    };

    /// <summary>How to get a port that is free: --listen takes 0, options of a port alone are left out.</summary>
    private static string Free(string? option) => option is null or "--listen" ? "port 0 takes any that is free"
        : $"without {option} any that is free is taken";
}
