using System.Net;
using System.Security.Cryptography;

namespace LayerShuffle.Supervision;

/// <summary>Who may join under which name.</summary>
internal static class HubAdmission
{
    /// <summary>
    /// The session whose place a newcomer wants, and may take over if nothing is heard of it any more: that of the name it asks for, which is the same node
    /// started again; or, where it asks for none and all places are taken, one from the same machine whose connection is broken.
    /// </summary>
    public static HubSession? Rival(HubMessage.Hello hello, IPAddress from, SupervisorHubOptions options, IReadOnlyList<HubSession> sessions)
    {
        if (hello.Session is not null)
            return null;
        return hello.Name is { } name
            ? sessions.FirstOrDefault(session => session.Name == name)
            : sessions.Count >= options.Wanted ? sessions.FirstOrDefault(session => !session.Connected && session.From.Address.Equals(from)) : null;
    }

    /// <summary>The name that a newcomer gets.</summary>
    /// <param name="hello">What it says of itself.</param>
    /// <param name="options">Whom the hub wants.</param>
    /// <param name="taken">The names of those that are in.</param>
    /// <exception cref="NodeRefusedException">It may not join.</exception>
    public static string Name(HubMessage.Hello hello, SupervisorHubOptions options, IReadOnlySet<string> taken)
    {
        if (hello.Version != options.Version)
            throw new NodeRefusedException($"This node runs version {NodeName.Clean(hello.Version, 100)} and the coordinator {options.Version}: install the "
                + "coordinator's version on it.");
        if (hello.ScenarioHash is { } hash && options.ScenarioHash is { } wanted && hash != wanted)
            throw new NodeRefusedException($"This node was started for scenario {NodeName.Clean(hash, 100)} and the coordinator runs {wanted}: start it for "
                + "that one, or for any.");
        if (NodePlatform.Refusal(NodeName.Clean(hello.Capabilities.Os, 50), NodeName.Clean(hello.Capabilities.Architecture, 50)) is { } refusal)
            throw new NodeRefusedException(refusal);
        if (hello.Name is { } name)
        {
            if (!NodeName.IsValid(name))
                throw new NodeRefusedException($"'{NodeName.Clean(name, 70)}' is no name for a node: letters, digits, '.', '-' and '_', at most 63, starting "
                    + "with a letter or digit.");
            if (options.Names is { } names && !names.Contains(name))
                throw new NodeRefusedException($"The scenario has no node {name}: its nodes are "
                    + $"{string.Join(", ", names.Take(20))}{(names.Count > 20 ? " …" : "")}. Take one of these with --name, or none.");
            if (taken.Contains(name))
                throw new NodeRefusedException($"A node named {name} has joined already and answers: end that one, choose another name with --name, or leave "
                    + "it to the coordinator.");
        }

        if (taken.Count >= options.Wanted)
            throw new NodeRefusedException($"The coordinator wants {options.Wanted} nodes and has them all: join when one has left, or run a scenario with "
                + "more nodes.");
        return hello.Name
            ?? options.Names?.FirstOrDefault(n => !taken.Contains(n))
            ?? Enumerable.Range(1, taken.Count + 1).Select(k => $"node-{k}").First(n => !taken.Contains(n));
    }

    /// <summary>What a newcomer has, with texts that can be shown.</summary>
    public static NodeCapabilities Clean(NodeCapabilities capabilities) => capabilities with
    {
        Machine = NodeName.Clean(capabilities.Machine, 100),
        Gpus = [.. capabilities.Gpus.Take(16).Select(gpu => NodeName.Clean(gpu, 100))],
        Device = NodeName.Clean(capabilities.Device, 50),
        ListenHost = capabilities.ListenHost is { } listen ? NodeName.Clean(listen, 255) : null,
        PublicHost = capabilities.PublicHost is { } host ? NodeName.Clean(host, 255) : null,
        Processor = capabilities.Processor is { } processor ? NodeName.Clean(processor, 300) : null,
    };

    /// <summary>A key that cannot be guessed: the framework's own key generation.</summary>
    public static string NewKey()
    {
        using var aes = Aes.Create();
        return Convert.ToHexString(aes.Key);
    }

    /// <summary>Whether two keys are equal, in a time that does not tell where they differ.</summary>
    public static bool SameKey(string mine, string theirs) =>
        CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(mine), System.Text.Encoding.UTF8.GetBytes(theirs));
}
