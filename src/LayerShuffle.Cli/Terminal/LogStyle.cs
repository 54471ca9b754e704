namespace LayerShuffle.Cli.Terminal;

/// <summary>How a command's log is shown.</summary>
/// <param name="Verbose">With details, and with warnings of libraries.</param>
/// <param name="Quiet">Warnings and errors alone.</param>
/// <param name="Json">Each line a JSON object: <c>time</c>, <c>level</c> (info, warning, error, progress), <c>message</c>.</param>
internal sealed record LogStyle(bool Verbose = false, bool Quiet = false, bool Json = false);
