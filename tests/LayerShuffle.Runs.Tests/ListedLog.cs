using LayerShuffle.Core.Logs;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Tests;

/// <summary>Keeps the lines of a run.</summary>
internal sealed class ListedLog() : LineSink(verbose: false), IRunLog
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

    protected override void Write(string line)
    {
        lock (gate)
            lines.Add(line);
        Heard?.Invoke(line);
    }

    public void Status(Func<string> text)
    {
    }

    public void ClearStatus()
    {
    }
}
