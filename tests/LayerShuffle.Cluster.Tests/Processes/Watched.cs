using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>A hub whose events are kept, so that a test can wait for one whether it has come already or not.</summary>
public sealed class Watched : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<HubEvent> seen = [];
    private readonly List<(Func<HubEvent, bool> Wanted, TaskCompletionSource<HubEvent> Done)> waiting = [];
    private readonly Task reading;

    public Watched(SupervisorHub hub)
    {
        Hub = hub;
        reading = ReadAsync();
    }

    public SupervisorHub Hub { get; }

    public int Port => Hub.ListenEndPoint.Port;

    public IReadOnlyList<HubEvent> Seen
    {
        get
        {
            lock (gate)
                return [.. seen];
        }
    }

    public async Task<T> NextAsync<T>(Func<T, bool>? wanted = null)
        where T : HubEvent
    {
        var done = new TaskCompletionSource<HubEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool Wanted(HubEvent e) => e is T t && (wanted?.Invoke(t) ?? true);
        lock (gate)
        {
            if (seen.Find(Wanted) is { } past)
                return (T)past;
            waiting.Add((Wanted, done));
        }

        try
        {
            return (T)await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No {typeof(T).Name} came. There were: {string.Join("; ", Seen)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await reading;
    }

    private async Task ReadAsync()
    {
        await foreach (HubEvent happening in Hub.Events.ReadAllAsync())
        {
            lock (gate)
            {
                seen.Add(happening);
                foreach ((_, TaskCompletionSource<HubEvent> done) in waiting.Where(w => w.Wanted(happening)))
                    done.TrySetResult(happening);
            }
        }
    }
}
