namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>What a program has said so far, and somebody who waits for a line of it.</summary>
internal sealed class Lines
{
    private readonly Lock gate = new();
    private readonly List<string> all = [];
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Program.Signal Hear(string line)
    {
        lock (gate)
        {
            all.Add(line);
            next.TrySetResult();
            next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return Program.Signal.None;
    }

    /// <summary>The first line that has all of some texts; fails when the program ends before.</summary>
    public async Task<string> Until(Program program, params string[] texts)
    {
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (all.Find(line => texts.All(text => line.Contains(text, StringComparison.OrdinalIgnoreCase))) is { } found)
                    return found;
                more = next.Task;
            }

            if (await Task.WhenAny(more, program.Ended) == program.Ended && !more.IsCompleted)
                throw new InvalidOperationException($"It ended without saying \"{string.Join(" … ", texts)}\":\n{program.Error}");
        }
    }
}
