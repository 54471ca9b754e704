using System.Globalization;
using System.Net;
using LayerShuffle.Core;
using LayerShuffle.Report.Live;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cli.Commands;

/// <summary>Shows a run in a browser while it goes on, if <c>--watch</c> asks for it.</summary>
internal static class WatchOption
{
    /// <summary>The option.</summary>
    public const string Name = "--watch";

    /// <summary>What it takes.</summary>
    public const string Values = "PORT|HOST:PORT";

    private const string ThisMachine = "127.0.0.1";
    private const int TokenBytes = 16;

    /// <summary>The words of a command line, where the option takes no scenario that stands behind it for an address.</summary>
    public static string[] Apart(string[] args) => [.. args.Select((word, i) => word == Name && i + 1 < args.Length && IsScenario(args[i + 1])
        ? $"{Name}=0" : word)];

    /// <summary>Reads its value.</summary>
    /// <param name="value">The value; blank: any port of this machine's own.</param>
    /// <exception cref="UsageException">It is no such thing.</exception>
    public static HostAddress Parse(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return new HostAddress(ThisMachine, 0);
        if (Port(value) is { } port)
            return new HostAddress(ThisMachine, port);
        if (HostAddress.TryParse(value) is not { Port: not null } address)
            throw new UsageException($"{Name} {value}: expected {Values} with a port from 0 (any that is free) to 65535, for instance 8080 or "
                + "192.168.1.10:8080.");
        if (address is { IsAny: true, Host: not "0.0.0.0" })
            throw new UsageException($"{Name} {value}: write 0.0.0.0 for all addresses of this machine, or name one.");
        return address;
    }

    /// <summary>Listens.</summary>
    /// <param name="address">Where.</param>
    /// <param name="state">What is shown.</param>
    /// <param name="time">By which clock.</param>
    /// <exception cref="UsageException">Nobody can listen there.</exception>
    public static LiveServer Start(HostAddress address, LiveState state, TimeProvider time)
    {
        try
        {
            IPAddress ip = HostAddress.Listening(address.Host);
            string? token = IPAddress.IsLoopback(ip) ? null : Convert.ToHexStringLower(Chance.Bytes(TokenBytes));
            return LiveServer.Start(state, address.IsAny ? "+" : HostAddress.Bracketed(address.Host), ip, address.Port ?? 0, token, time);
        }
        catch (Exception e) when (e is HttpListenerException or ClusterException or System.Net.Sockets.SocketException)
        {
            throw new UsageException($"{Name} {address}: nobody can listen there: {e.Message.TrimEnd('.')}. Choose another port, or leave it out to take one "
                + "that is free.");
        }
    }

    private static bool IsScenario(string word) => word.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
        || word.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort ? port : null;
}
