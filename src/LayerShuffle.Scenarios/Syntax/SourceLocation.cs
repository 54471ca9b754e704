namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Where something was written: a place in a file, or an option of the command line.</summary>
/// <param name="File">The file as it was named, or the option (<c>--set network.loss</c>).</param>
/// <param name="Line">Line from 1; 0 where there are no lines.</param>
/// <param name="Column">Column from 1; 0 where there are no lines.</param>
public sealed record SourceLocation(string File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? File : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}
