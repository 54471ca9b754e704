using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LayerShuffle.Core;

namespace LayerShuffle.Security.Addresses;

/// <summary>
/// A host and perhaps a port: the one place that knows how addresses are written. A host is a name or an address, always without brackets; texts and URIs have
/// them around IPv6 addresses.
/// </summary>
/// <param name="Host">The host name or address, without brackets.</param>
/// <param name="Port">The port, if there is one.</param>
public sealed record HostAddress(string Host, int? Port)
{
    /// <summary>Whether the host stands for all addresses of a machine (0.0.0.0, ::): something to listen on, nowhere to go to.</summary>
    public bool IsAny => IsAnyHost(Host);

    /// <summary>Whether others need to know on which of their own networks it is (fe80::…): it cannot be handed on.</summary>
    public bool IsLinkLocal => Literal(Host) is { IsIPv6LinkLocal: true };

    /// <summary>As a socket goes to it; the port must be there.</summary>
    public EndPoint EndPoint => Literal(Host) is { } address ? new IPEndPoint(address, Port!.Value) : new DnsEndPoint(Host, Port!.Value);

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>address</c>, <c>::1</c>, <c>[::1]</c> or <c>[::1]:port</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Null if it is none of these.</returns>
    public static HostAddress? TryParse(string text)
    {
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = text.LastIndexOf(':');
        bool bareV6 = bracket < 0 && colon != text.IndexOf(':', StringComparison.Ordinal);
        int end = bracket >= 0 ? bracket + 1 : bareV6 || colon < 0 ? text.Length : colon;
        string host = bracket >= 0 ? text[1..bracket] : text[..end], rest = text[end..];
        int? port = rest.StartsWith(':') && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number <= IPEndPoint.MaxPort ? number : null;
        bool isV6 = Literal(host) is { AddressFamily: AddressFamily.InterNetworkV6 };
        if (host.Length == 0 || (bracket >= 0 || bareV6) != isV6 || (rest.Length > 0 && port is null)
            || host.Any(c => char.IsWhiteSpace(c) || c is '[' or ']' or '/' or '@'))
            return null;
        return new HostAddress(host, port);
    }

    /// <summary>The address that a host is written as; null if it is a name.</summary>
    public static IPAddress? Literal(string host) => !host.StartsWith('[') && IPAddress.TryParse(host, out IPAddress? address) ? address : null;

    /// <summary>Whether a host stands for all addresses of a machine.</summary>
    public static bool IsAnyHost(string host) => Literal(host) is { } address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>A host as it stands in URIs and before a port: IPv6 addresses in brackets, in their shortest form.</summary>
    public static string Bracketed(string host) => Literal(host) is { AddressFamily: AddressFamily.InterNetworkV6 } address ? $"[{address}]" : host;

    /// <summary>Host and port as people write them.</summary>
    public static string Text(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"{Bracketed(host)}:{port}");

    /// <summary>An address as others can be told it: IPv4 addresses that came by an IPv6 socket as IPv4.</summary>
    public static string HostOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>The address to listen on for what people wrote; a name is looked up.</summary>
    /// <exception cref="ClusterException">A name has no address.</exception>
    public static IPAddress Listening(string host)
    {
        if (Literal(host) is { } literal)
            return literal;
        try
        {
            if (Dns.GetHostAddresses(host) is [var first, ..])
                return first;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new ClusterException($"Cannot listen on {host}: this name has no address here ({exception.Message}). Give an address of this machine, or "
                + "0.0.0.0 for all of them.", exception);
        }

        throw new ClusterException($"Cannot listen on {host}: this name has no address here. Give an address of this machine, or 0.0.0.0 for all of them.");
    }

    /// <inheritdoc/>
    public override string ToString() => Port is { } port ? Text(Host, port) : Bracketed(Host);
}
