using LayerShuffle.Runs.Failures;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cli.Commands;

/// <summary>Addresses on the command line (<see cref="HostAddress"/>).</summary>
internal static class HostPort
{
    /// <summary>Reads one.</summary>
    /// <param name="option">Where it stands, for the error.</param>
    /// <param name="text">The text.</param>
    /// <param name="portNeeded">Whether there must be a port.</param>
    /// <param name="zeroAllowed">Whether port 0 may stand for any that is free.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static HostAddress Parse(string option, string text, bool portNeeded, bool zeroAllowed = false)
    {
        if (HostAddress.TryParse(text) is not { } address || (address.Port == 0 && !zeroAllowed))
            throw new UsageException($"{option} {text}: expected HOST{(portNeeded ? ":PORT" : "[:PORT]")} with a port from 1 to 65535, for instance "
                + "192.168.1.10:7400 or [2001:db8::1]:7400.");
        if (portNeeded && address.Port is null)
            throw new UsageException($"{option} {text}: the port is missing. Expected "
                + $"HOST:PORT{(address.Host.Contains(':') ? ", with an IPv6 address in brackets" : "")}, for instance 192.168.1.10:7400.");
        return address;
    }

    /// <summary>Reads <c>--public-host</c>: a host alone, where others can go.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string PublicHost(string text)
    {
        if (HostAddress.TryParse(text) is not { Port: null } address)
            throw new UsageException($"--public-host {text}: expected a host name or an address without a port, for instance alpha, 192.168.1.10 or "
                + "2001:db8::1.");
        if (address.IsAny)
            throw new UsageException($"--public-host {text}: nobody can connect to that address, it stands for all of a machine's own. Give the name or "
                + "address under which the other machines reach this one.");
        if (address.IsLinkLocal)
            throw new UsageException($"--public-host {text}: a link-local address means something else on every machine. Give a name, or another address of "
                + "this machine.");
        return address.Host;
    }

    /// <summary>Checks a port option.</summary>
    /// <exception cref="UsageException">It is no port.</exception>
    public static int? Port(string option, int? port) =>
        port is null or (>= 1 and <= 65535) ? port : throw new UsageException($"{option} {port}: expected a port from 1 to 65535.");
}
