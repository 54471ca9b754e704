using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LayerShuffle.Cli.Running;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core;
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
        var join = new Option<string>("--join")
        {
            Description = "The coordinator's address (`run … --listen HOST:PORT`).",
            Required = true,
            HelpName = "HOST:PORT"
        };
        var listen = new Option<string?>("--listen")
        {
            Description =
            "The address of this machine that the worker listens on (default: all; without a secret, this machine's own). A port is that of --control-port.",
            HelpName = "HOST[:PORT]"
        };
        var controlPort = new Option<int?>("--control-port")
        {
            Description = "The port on which the worker takes control messages (default: any that is free).",
            HelpName = "PORT"
        };
        var dataPort = new Option<int?>("--data-port")
        {
            Description = "The port on which the worker takes activations (default: any that is free).",
            HelpName = "PORT"
        };
        var publicHost = new Option<string?>("--public-host") { Description = "The host name under which other machines reach this one.", HelpName = "HOST" };
        var name = new Option<string?>("--name") { Description = "This node's name (default: the next that is free).", HelpName = "NAME" };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu", HelpName = "DEVICE" };
        var threads = new Option<int?>("--threads") { Description = "Computing threads (default: the scenario's).", HelpName = "N" };
        var security = new SecuritySwitches();
        Option<string?> logs = PathWord.Option("--log-dir", "DIR", "Where the worker's output goes, as NAME.log.");
        var local = new Option<bool>("--local") { Hidden = true };
        var command = new Command(Name, "Joins a cluster run: starts a worker on this machine for as long as the coordinator wants it.")
        {
            join, listen, publicHost, controlPort, dataPort, name, device, threads, logs, local,
        };
        security.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var log = new RunLog(surroundings.Error, surroundings.Time);
            if (NodePlatform.Refusal(NodePlatform.Os, NodePlatform.Architecture) is { } refusal)
                throw new UsageException(refusal);
            HostAddress hub = Hub(parsed.GetValue(join)!);
            HostAddress? listenOn = parsed.GetValue(listen) is { } text ? HostPort.Parse("--listen", text, portNeeded: false) : null;
            string? reachedAt = parsed.GetValue(publicHost) is { } host ? HostPort.PublicHost(host) : null;
            (int? control, int? data) = Ports(listenOn, parsed.GetValue(controlPort), parsed.GetValue(dataPort));
            string wanted = parsed.GetValue(device)!;
            Devices.Parse(wanted);
            if (parsed.GetValue(threads) is < 1)
                throw new UsageException($"--threads {parsed.GetValue(threads)}: expected at least 1.");

            bool isLocal = parsed.GetValue(local);
            TextReader? parent = isLocal ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : null;
            LocalStart? start = parent is null ? null : Local(parent);
            CheckAddresses(listenOn, reachedAt, control, data, log);
            using ClusterSecurity secured = ClusterSecurity.For(security.Read(parsed, start?.Secret));
            NodeCapabilities capabilities = await CapabilityProbe.ProbeAsync(TimeProvider.System).ConfigureAwait(false) with
            {
                Device = wanted,
                Threads = parsed.GetValue(threads),
                ListenHost = listenOn?.Host,
                ListenPort = control,
                DataPort = data,
                PublicHost = reachedAt,
            };
            var options = new NodeSupervisorOptions
            {
                Host = hub.Host,
                Port = hub.Port!.Value,
                Name = parsed.GetValue(name),
                Capabilities = capabilities,
                Secure = secured.Client(hub.Port.Value),
                LocalOnly = !secured.IsGiven || isLocal,
                LogDirectory = parsed.GetValue(logs),
                Parent = parent,
                Say = isLocal ? surroundings.Error.WriteLine : log.Line, // what a local one says is a line of its run's log, which has the time
            };
            using var signals = new LeaveSignals(isLocal);
            return await new NodeSupervisor(options, new SelfLauncher()).RunAsync(signals.Leave, signals.Now).ConfigureAwait(false);
        });
        return command;
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
