using System.Globalization;

namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Something wrong with a scenario, and where.</summary>
/// <param name="File">The file as it was named, or the option of the command line.</param>
/// <param name="Line">Line from 1; 0 where there is none.</param>
/// <param name="Column">Column from 1; 0 where there is none.</param>
/// <param name="KeyPath">The key's path; empty for the file as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What was expected and what may have been meant; empty for nothing.</param>
public sealed record Mistake(string File, int Line, int Column, string KeyPath, string Message, string Hint)
{
    /// <summary>One line: <c>file:line:column: key.path: what is wrong; expected …; did you mean `x`?</c></summary>
    public override string ToString()
    {
        string place = Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
        string path = KeyPath.Length == 0 ? "" : KeyPath + ": ";
        return $"{place}: {path}{Message}{(Hint.Length == 0 ? "" : "; " + Hint)}";
    }
}
