using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using LayerShuffle.Cli.Running;
using LayerShuffle.Cluster.Processes;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>node</c>: the supervisor of a worker on this machine. Loads neither Torch nor Akka.</summary>
internal static partial class NodeCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "node";

    public static Command Create(TextWriter error)
    {
        var join = new Option<string>("--join") { Description = "The coordinator's address (`run … --listen HOST:PORT`).", Required = true, HelpName = "HOST:PORT" };
        var listen = new Option<string?>("--listen") { Description = "The address that the worker listens on (default: the coordinator's choice).", HelpName = "HOST[:PORT]" };
        var publicHost = new Option<string?>("--public-host") { Description = "The host name under which other machines reach this one.", HelpName = "HOST" };
        var name = new Option<string?>("--name") { Description = "This node's name (default: the next that is free).", HelpName = "NAME" };
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu", HelpName = "DEVICE" };
        var threads = new Option<int?>("--threads") { Description = "Computing threads (default: the scenario's).", HelpName = "N" };
        var security = new SecuritySwitches();
        var logs = new Option<string?>("--log-dir") { Description = "Where the worker's output goes, as NAME.log.", HelpName = "DIR" };
        var local = new Option<bool>("--local") { Hidden = true };
        var command = new Command(Name, "Joins a cluster run: starts a worker on this machine for as long as the coordinator wants it.")
        {
            join, listen, publicHost, name, device, threads, logs, local,
        };
        security.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (NodePlatform.Refusal(NodePlatform.Os, NodePlatform.Architecture) is { } refusal)
                throw new UsageException(refusal);
            HostPort hub = HostPort.Parse("--join", parsed.GetValue(join)!, portNeeded: true);
            HostPort? listenOn = parsed.GetValue(listen) is { } text ? HostPort.Parse("--listen", text, portNeeded: false) : null;
            string wanted = parsed.GetValue(device)!;
            if (!Device().IsMatch(wanted))
                throw new UsageException($"--device {wanted}: expected cpu, cuda or cuda:N.");
            if (parsed.GetValue(threads) is < 1)
                throw new UsageException($"--threads {parsed.GetValue(threads)}: expected at least 1.");

            bool isLocal = parsed.GetValue(local);
            TextReader? parent = isLocal ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : null;
            LocalStart? start = parent is null ? null : Local(parent);
            using ClusterSecurity secured = ClusterSecurity.For(security.Read(parsed, start?.Secret));
            NodeCapabilities capabilities = await CapabilityProbe.ProbeAsync(TimeProvider.System).ConfigureAwait(false) with
            {
                Device = wanted,
                Threads = parsed.GetValue(threads),
                ListenHost = listenOn?.Host,
                ListenPort = listenOn?.Port,
                PublicHost = parsed.GetValue(publicHost),
            };
            var options = new NodeSupervisorOptions
            {
                Host = hub.Host,
                Port = hub.Port!.Value,
                Name = parsed.GetValue(name),
                Capabilities = capabilities,
                Secure = secured.Client,
                LogDirectory = parsed.GetValue(logs),
                Parent = parent,
                Say = error.WriteLine,
            };
            using var signals = new LeaveSignals(isLocal);
            return await new NodeSupervisor(options, new SelfLauncher(secured.WorkerEnvironment)).RunAsync(signals.Leave, signals.Now).ConfigureAwait(false);
        });
        return command;
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

    [GeneratedRegex(@"^(cpu|cuda(:\d{1,3})?)\z")]
    private static partial Regex Device();
}
