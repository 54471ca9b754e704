using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core;
using LayerShuffle.Core.Logs;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>node</c>: the supervisor of a worker on this machine. Loads neither Torch nor Akka.</summary>
internal static class NodeCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "node";

    public static Command Create(Surroundings surroundings)
    {
        var switches = new NodeSwitches();
        var command = new Command(Name, "Joins a cluster run: starts a worker on this machine for as long as the coordinator wants it.");
        switches.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed, switches, surroundings));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, NodeSwitches switches, Surroundings surroundings)
    {
        RunLog log = CommandLine.Log(parsed, surroundings);
        if (NodePlatform.Refusal(NodePlatform.Os, NodePlatform.Architecture) is { } refusal)
            throw new UsageException(refusal);
        HostAddress hub = Hub(parsed.GetValue(switches.Join)!);
        HostAddress? listenOn = parsed.GetValue(switches.Listen) is { } text ? HostPort.Parse("--listen", text, portNeeded: false) : null;
        string? reachedAt = parsed.GetValue(switches.PublicHost) is { } host ? HostPort.PublicHost(host) : null;
        (int? control, int? data) = Ports(listenOn, parsed.GetValue(switches.ControlPort), parsed.GetValue(switches.DataPort));
        string wanted = parsed.GetValue(switches.Device)!;
        Devices.Parse(wanted);
        if (parsed.GetValue(switches.Threads) is < 1)
            throw new UsageException($"--threads {parsed.GetValue(switches.Threads)}: expected at least 1.");

        bool isLocal = parsed.GetValue(switches.Local);
        TextReader? parent = isLocal ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : null;
        LocalStart? start = parent is null ? null : Local(parent);
        CheckAddresses(listenOn, reachedAt, control, data, log);
        using ClusterSecurity secured = ClusterSecurity.For(switches.Security.Read(parsed, start?.Secret));
        NodeCapabilities capabilities = await CapabilityProbe.ProbeAsync(TimeProvider.System).ConfigureAwait(false) with
        {
            Device = wanted,
            Threads = parsed.GetValue(switches.Threads),
            ListenHost = listenOn?.Host,
            ListenPort = control,
            DataPort = data,
            PublicHost = reachedAt,
        };
        var options = new NodeSupervisorOptions
        {
            Host = hub.Host,
            Port = hub.Port!.Value,
            Name = parsed.GetValue(switches.Name),
            Capabilities = capabilities,
            Secure = secured.Client(hub.Port.Value),
            LocalOnly = !secured.IsGiven || isLocal,
            LogDirectory = parsed.GetValue(switches.Logs),
            Parent = parent,
            Log = isLocal ? new WriterSink(surroundings.Error) : log, // what a local one says is a line of its run's log, which has the time
        };
        using var signals = new LeaveSignals(isLocal);
        return await new NodeSupervisor(options, new SelfLauncher()).RunAsync(signals.Leave, signals.Now).ConfigureAwait(false);
    }

    private static HostAddress Hub(string text)
    {
        HostAddress hub = HostPort.Parse("--join", text, portNeeded: true);
        if (hub.IsAny)
            throw new UsageException($"--join {hub}: that address stands for all of a machine's own, nobody can connect to it. Give the name or address of "
                + "the coordinator's machine, or 127.0.0.1 for this one.");
        return hub;
    }

    private static (int? Control, int? Data) Ports(HostAddress? listen, int? controlPort, int? dataPort)
    {
        int? control = HostPort.Port("--control-port", controlPort) ?? listen?.Port, data = HostPort.Port("--data-port", dataPort);
        if (listen?.Port is { } port && port != control)
            throw new UsageException($"--listen {listen} and --control-port {control} give two ports for the same: leave one out.");
        if (control is not null && control == data)
            throw new UsageException($"--control-port and --data-port are both {data}: they must differ.");
        return (control, data);
    }

    /// <summary>Finds out now what the worker would stumble over much later.</summary>
    private static void CheckAddresses(HostAddress? listen, string? publicHost, int? control, int? data, RunLog log)
    {
        try
        {
            IPAddress address = listen is null ? IPAddress.Any : HostAddress.Listening(listen.Host);
            if (listen is not null || control is not null)
                Listener.Check(new IPEndPoint(address, control ?? 0), "control messages", "--control-port");
            if (data is not null)
                Listener.Check(new IPEndPoint(address, data.Value), "activations", "--data-port");
        }
        catch (ClusterException exception)
        {
            throw new UsageException(exception.Message);
        }

        if (listen is { IsLinkLocal: true } && publicHost is null)
            throw new UsageException($"--listen {listen}: a link-local address means something else on every machine. Say with --public-host how the others "
                + "reach this one, or listen on another address.");
        try
        {
            if (publicHost is not null && HostAddress.Literal(publicHost) is null)
                _ = Dns.GetHostAddresses(publicHost);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            log.Line($"warning: --public-host {publicHost}: this machine itself finds no address for that name ({exception.Message}). The others must, or the "
                + "coordinator refuses this node.");
        }
    }

    private static LocalStart Local(TextReader stdin)
    {
        try
        {
            return LocalSupervisors.Enter(stdin);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}

/// <summary>The options of <c>node</c>, in the order in which its help tells of them.</summary>
internal sealed class NodeSwitches
{
    /// <summary>--join.</summary>
    public Option<string> Join { get; } = new("--join")
    {
        Description = "The coordinator's address (`run … --listen HOST:PORT`).",
        Required = true,
        HelpName = "HOST:PORT"
    };

    /// <summary>--listen.</summary>
    public Option<string?> Listen { get; } = new("--listen")
    {
        Description =
            "The address of this machine that the worker listens on (default: all; without a secret, this machine's own). A port is that of --control-port.",
        HelpName = "HOST[:PORT]"
    };

    /// <summary>--public-host.</summary>
    public Option<string?> PublicHost { get; } = new("--public-host")
    {
        Description = "The host name under which other machines reach this one.",
        HelpName = "HOST"
    };

    /// <summary>--control-port.</summary>
    public Option<int?> ControlPort { get; } = new("--control-port")
    {
        Description = "The port on which the worker takes control messages (default: any that is free).",
        HelpName = "PORT"
    };

    /// <summary>--data-port.</summary>
    public Option<int?> DataPort { get; } = new("--data-port")
    {
        Description = "The port on which the worker takes activations (default: any that is free).",
        HelpName = "PORT"
    };

    /// <summary>--name.</summary>
    public Option<string?> Name { get; } = new("--name") { Description = "This node's name (default: the next that is free).", HelpName = "NAME" };

    /// <summary>--device.</summary>
    public Option<string> Device { get; } = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
        HelpName = "DEVICE"
    };

    /// <summary>--threads.</summary>
    public Option<int?> Threads { get; } = new("--threads") { Description = "Computing threads (default: the scenario's).", HelpName = "N" };

    /// <summary>--log-dir.</summary>
    public Option<string?> Logs { get; } = PathWord.Option("--log-dir", "DIR", "Where the worker's output goes, as NAME.log.");

    /// <summary>--local: started by a run on its own machine.</summary>
    public Option<bool> Local { get; } = new("--local") { Hidden = true };

    /// <summary>Those of secured connections.</summary>
    public SecuritySwitches Security { get; } = new();

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Join, Listen, PublicHost, ControlPort, DataPort, Name, Device, Threads, Logs, Local })
            command.Options.Add(option);
        Security.AddTo(command);
    }
}
