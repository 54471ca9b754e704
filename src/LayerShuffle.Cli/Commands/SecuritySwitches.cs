using System.CommandLine;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Cli.Commands;

/// <summary>The command line's options for secured connections, shared by <c>run</c> and <c>node</c>.</summary>
internal sealed class SecuritySwitches
{
    /// <summary>--secret-file.</summary>
    public Option<string?> Secret { get; } = PathWord.Option("--secret-file", "FILE", "The cluster's secret: the same file for every process of it.");

    /// <summary>--cert.</summary>
    public Option<string?> Certificate { get; } = PathWord.Option("--cert", "FILE", "This process's certificate (PEM), instead of a secret.");

    /// <summary>--key.</summary>
    public Option<string?> Key { get; } = PathWord.Option("--key", "FILE", "Its private key (PEM).");

    /// <summary>--authority.</summary>
    public Option<string?> Authority { get; } = PathWord.Option("--authority", "FILE",
        "The certificate authority that peers' certificates must come from (PEM).");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Secret, Certificate, Key, Authority })
            command.Options.Add(option);
    }

    /// <summary>What was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="secret">The secret that came another way, or null.</param>
    public SecurityOptions Read(ParseResult parsed, byte[]? secret = null) =>
        new(secret, parsed.GetValue(Secret), parsed.GetValue(Certificate), parsed.GetValue(Key), parsed.GetValue(Authority));
}
