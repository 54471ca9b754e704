using System.Net;

namespace LayerShuffle.Security;

/// <summary>Without an identity nobody can tell friend from stranger, so only addresses of this machine itself are used.</summary>
public static class ListenPolicy
{
    private const string Remedy =
        "Give every process of the cluster the same secret (--secret-file FILE, at least 16 random bytes) or certificates (--cert), or use 127.0.0.1.";

    /// <summary>Whether only this machine can reach <paramref name="address"/> (127.0.0.0/8, ::1, and the former written as IPv6).</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Checks an address to listen on.</summary>
    /// <exception cref="InsecureAddressException">Other machines can reach it and there is no identity.</exception>
    public static void Check(IPAddress address, ClusterIdentity? identity) => Check(address, identity is not null);

    /// <summary>Checks an address to listen on.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isSecured">Whether whoever comes has to prove itself by something that other machines can have.</param>
    /// <exception cref="InsecureAddressException">Other machines can reach it and they cannot prove themselves.</exception>
    public static void Check(IPAddress address, bool isSecured)
    {
        if (!isSecured && !IsLoopback(address))
            throw new InsecureAddressException($"Refused to listen on {address} without a cluster secret: anyone who reaches that address could send this "
                + $"cluster work and weights. {Remedy}");
    }

    /// <summary>Checks the address of a peer that a connection goes to.</summary>
    /// <exception cref="InsecureAddressException">It is on another machine and there is no identity.</exception>
    public static void CheckPeer(IPAddress address, ClusterIdentity? identity)
    {
        if (identity is null && !IsLoopback(address))
            throw new InsecureAddressException($"Refused to connect to {address} without a cluster secret: nothing would prove who answers there, and the "
                + $"traffic could be read. {Remedy}");
    }
}

/// <summary>An address that other machines can reach was to be used without a cluster identity.</summary>
public sealed class InsecureAddressException : Exception
{
    /// <summary>An error with a sentence that says why and what to do.</summary>
    public InsecureAddressException(string message)
        : base(message)
    {
    }
}
