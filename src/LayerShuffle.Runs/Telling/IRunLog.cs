namespace LayerShuffle.Runs.Telling;

/// <summary>Where a run says what it does while it does it. Called from several threads: a cluster has news at any time.</summary>
public interface IRunLog
{
    /// <summary>A line that stays. Warnings begin with <c>warning: </c>.</summary>
    void Line(string text);

    /// <summary>What is going on right now, which the next one replaces. Comes often; the text is made only if it is asked for.</summary>
    void Status(Func<string> text);

    /// <summary>What was going on is over.</summary>
    void ClearStatus();
}

/// <summary>Hears nothing.</summary>
internal sealed class SilentLog : IRunLog
{
    public void Line(string text)
    {
    }

    public void Status(Func<string> text)
    {
    }

    public void ClearStatus()
    {
    }
}
