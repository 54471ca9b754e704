using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Runs.Options;

/// <summary>What the command line says about the cluster's security.</summary>
/// <param name="Secret">The secret that a coordinator handed to its local supervisor; null: none.</param>
/// <param name="SecretFile">--secret-file.</param>
/// <param name="Certificate">--cert.</param>
/// <param name="Key">--key.</param>
/// <param name="Authority">--authority.</param>
public sealed record SecurityOptions(byte[]? Secret, string? SecretFile, string? Certificate, string? Key, string? Authority)
{
    /// <summary>Whether nothing is given: only processes of this machine and this user can join.</summary>
    internal bool IsEmpty => Secret is null && SecretFile is null && Certificate is null && Key is null && Authority is null;

    /// <summary>What the command of a node that belongs to the same cluster says, with a space before it; empty: nothing.</summary>
    internal string ForNodes => SecretFile is { } file ? $" --secret-file {Path.GetFileName(file)}" : Certificate is not null
        ? " --cert FILE --key FILE --authority FILE" : "";

    /// <summary>Checks what goes together.</summary>
    /// <exception cref="UsageException">Something is missing, or too much.</exception>
    public SecurityOptions Checked()
    {
        if (SecretFile is not null && (Certificate ?? Key ?? Authority) is not null)
            throw new UsageException("--secret-file and --cert are two ways to the same end: give one of them.");
        if ((Certificate is null) != (Authority is null) || (Key is not null && Certificate is null))
            throw new UsageException("--cert and --authority go together (and --key, unless the certificate's file holds it).");
        foreach ((string option, string? file) in new[] { ("--secret-file", SecretFile), ("--cert", Certificate), ("--key", Key), ("--authority", Authority) })
        {
            if (file is not null && !File.Exists(file))
                throw new UsageException($"{option} {file}: there is no such file.");
        }

        return this;
    }
}
