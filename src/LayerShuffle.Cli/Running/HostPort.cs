using System.Globalization;

namespace LayerShuffle.Cli.Running;

/// <summary>An address on the command line: <c>host</c>, <c>host:port</c>, <c>[::1]</c> or <c>[::1]:port</c>.</summary>
/// <param name="Host">The host name or address, without brackets.</param>
/// <param name="Port">The port, if there is one.</param>
internal sealed record HostPort(string Host, int? Port)
{
    /// <summary>Reads one.</summary>
    /// <param name="option">Where it stands, for the error.</param>
    /// <param name="text">The text.</param>
    /// <param name="portNeeded">Whether there must be a port.</param>
    /// <param name="zeroAllowed">Whether port 0 may stand for any that is free.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static HostPort Parse(string option, string text, bool portNeeded, bool zeroAllowed = false)
    {
        int bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = text.LastIndexOf(':');
        bool bareV6 = bracket < 0 && colon != text.IndexOf(':', StringComparison.Ordinal);
        int end = bracket >= 0 ? bracket + 1 : bareV6 || colon < 0 ? text.Length : colon;
        string host = bracket >= 0 ? text[1..bracket] : text[..end];
        string rest = text[end..];
        int? port = rest.StartsWith(':') && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 0 and <= 65535 && (number > 0 || zeroAllowed) ? number : null;
        if (host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || c is '[' or ']' or '/') || (rest.Length > 0 && port is null))
            throw new UsageException($"{option} {text}: expected HOST{(portNeeded ? ":PORT" : "[:PORT]")} with a port from 1 to 65535, for instance 192.168.1.10:7400 or [fe80::1]:7400.");
        if (portNeeded && port is null)
            throw new UsageException($"{option} {text}: the port is missing. Expected HOST:PORT{(bareV6 ? ", with an IPv6 address in brackets" : "")}, for instance 192.168.1.10:7400.");
        return new HostPort(host, port);
    }
}
