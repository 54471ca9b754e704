using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Tests;

/// <summary>Keeps the lines of a run.</summary>
internal sealed class ListedLog : IRunLog
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    /// <summary>Told of every line.</summary>
    public Action<string>? Heard { get; init; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public string Text => string.Join('\n', Lines);

    public void Line(string text)
    {
        lock (gate)
            lines.Add(text);
        Heard?.Invoke(text);
    }

    public void Status(Func<string> text)
    {
    }

    public void ClearStatus()
    {
    }
}
