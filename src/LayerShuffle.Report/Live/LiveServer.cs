using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Report.Page;

namespace LayerShuffle.Report.Live;

/// <summary>
/// Shows a run while it goes on: a page, the events that fill it (server-sent events), and at its end the report. Nothing in here holds up the run: watchers
/// ask the state at their own pace, and those that do not read are dropped.
/// </summary>
public sealed class LiveServer : IDisposable
{
    private const int MostWatchers = 32, MostTries = 20;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200), Sign = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HandingOver = TimeSpan.FromSeconds(2);
    private readonly HttpListener listener;
    private readonly LiveState state;
    private readonly LiveViews views;
    private readonly string? token;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Lazy<byte[]> page = new(() => Encoding.UTF8.GetBytes(PageWriter.Live()));
    private readonly ConcurrentDictionary<Task, bool> answers = [];
    private readonly SemaphoreSlim moved = new(0);
    private readonly Lock gate = new();
    private int watching, owed; // those that hear events, and those that were told of a report and have not fetched it
    private volatile string? report;

    private LiveServer(HttpListener listener, LiveState state, string address, string? token, TimeProvider time)
    {
        (this.listener, this.state, this.token, this.time) = (listener, state, token, time);
        views = new LiveViews(state, time);
        Address = new Uri(address + (token is null ? "" : $"?token={token}"));
        _ = Task.Run(Listen);
    }

    /// <summary>Where the page is; with its token where it has one.</summary>
    public Uri Address { get; }

    /// <summary>Listens from now on.</summary>
    /// <param name="state">What is shown.</param>
    /// <param name="host">The host as it stands in addresses: a name, an IPv4 address, or an IPv6 address in brackets; <c>+</c>: all of this machine's.</param>
    /// <param name="ip">The address that this stands for.</param>
    /// <param name="port">The port; 0: any that is free.</param>
    /// <param name="token">What those must know who want to watch; null: nothing.</param>
    /// <param name="time">The clock by which watchers are served; it reaches no result.</param>
    /// <exception cref="HttpListenerException">The address cannot be listened on.</exception>
    public static LiveServer Start(LiveState state, string host, IPAddress ip, int port, string? token, TimeProvider time)
    {
        for (int attempt = 1; ; attempt++)
        {
            int tried = port > 0 ? port : Free(ip);
            var listener = new HttpListener();
            listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{tried}/"));
            try
            {
                listener.Start();
            }
            catch (Exception e) when (e is HttpListenerException or SocketException)
            {
                listener.Close();
                if (port == 0 && attempt < MostTries)
                    continue; // somebody was faster
                throw new HttpListenerException(0, e.Message);
            }

            string shown = host == "+" ? Dns.GetHostName() : host;
            return new LiveServer(listener, state, string.Create(CultureInfo.InvariantCulture, $"http://{shown}:{tried}/"), token, time);
        }
    }

    /// <summary>The run is over: says so to all who watch.</summary>
    /// <param name="how">How it ended.</param>
    /// <param name="file">The report; null: there is none.</param>
    public void End(LiveEnd how, string? file)
    {
        report = file;
        state.Over(how with { Report = file is not null });
    }

    /// <summary>Waits until all who watch know how it ended, and have the report: two seconds at most, and no time where nobody watches.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    public void HandOver(CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        try
        {
            while (IsAwaited())
            {
                TimeSpan left = HandingOver - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero || !moved.Wait(left, cancellation))
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // somebody is in a hurry
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Cancel();
        listener.Abort();
        Task.WaitAll([.. answers.Keys], TimeSpan.FromSeconds(1));
    }

    private bool IsAwaited()
    {
        lock (gate)
            return watching > 0 || owed > 0;
    }

    private void Count(int hearing, int waiting)
    {
        lock (gate)
            (watching, owed) = (watching + hearing, Math.Max(0, owed + waiting));
        moved.Release();
    }

    private bool Enter()
    {
        lock (gate)
        {
            if (watching >= MostWatchers)
                return false;
            watching++;
            return true;
        }
    }

    private static int Free(IPAddress ip)
    {
        using var probe = new TcpListener(ip, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task Listen()
    {
        while (!stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!listener.IsListening)
                    return;
                continue; // one that left before it was heard
            }

            var answer = Task.Run(() => Answer(context));
            answers[answer] = true;
            _ = answer.ContinueWith(done => answers.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    /// <summary>Answers one request. Whoever leaves in the middle of it harms nobody.</summary>
    private async Task Answer(HttpListenerContext context)
    {
        HttpListenerResponse response = context.Response;
        try
        {
            response.Headers["Cache-Control"] = "no-store";
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers["X-Content-Type-Options"] = "nosniff";
            string path = context.Request.Url?.AbsolutePath ?? "";
            if (!Knows(context.Request))
                await Say(response, HttpStatusCode.Unauthorized, "The token is missing or wrong: open the address as the log shows it.\n")
                    .ConfigureAwait(false);
            else if (context.Request.HttpMethod != "GET")
                await Say(response, HttpStatusCode.MethodNotAllowed, "This page is for reading.\n").ConfigureAwait(false);
            else if (path == "/")
                await Show(response, page.Value).ConfigureAwait(false);
            else if (path == "/events")
                await Tell(response).ConfigureAwait(false);
            else if (path == "/replay" && LiveViews.Replay(state.Snapshot()) is { } trial)
                await Give(response, trial).ConfigureAwait(false);
            else if (path == "/report" && report is { } file)
                await HandOver(response, file).ConfigureAwait(false);
            else
                await Say(response, HttpStatusCode.NotFound, "There is no such page.\n").ConfigureAwait(false);
            response.Close();
        }
        catch (Exception) // whatever became of one answer, the run goes on
        {
            response.Abort();
        }
    }

    private bool Knows(HttpListenerRequest request) => token is null
        || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.QueryString["token"] ?? ""), Encoding.UTF8.GetBytes(token));

    private Task Say(HttpListenerResponse response, HttpStatusCode code, string text)
    {
        response.StatusCode = (int)code;
        response.ContentType = "text/plain; charset=utf-8";
        return Send(response, Encoding.UTF8.GetBytes(text));
    }

    private Task Give(HttpListenerResponse response, string json)
    {
        response.ContentType = "application/json; charset=utf-8";
        return Send(response, Encoding.UTF8.GetBytes(json));
    }

    private Task Show(HttpListenerResponse response, byte[] html)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.Headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
            + "img-src data:";
        return Send(response, html);
    }

    private async Task HandOver(HttpListenerResponse response, string file)
    {
        await Show(response, await File.ReadAllBytesAsync(file, stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
        response.Close();
        Count(0, -1);
    }

    /// <summary>Sends what is new, until the run is over or the watcher gone.</summary>
    private async Task Tell(HttpListenerResponse response)
    {
        if (!Enter())
        {
            await Say(response, HttpStatusCode.ServiceUnavailable, "Too many watch this run already.\n").ConfigureAwait(false);
            return;
        }

        var seen = new LiveCursor();
        long drawn = -1;
        try
        {
            response.ContentType = "text/event-stream; charset=utf-8";
            response.SendChunked = true;
            long last = time.GetTimestamp();
            using var pace = new PeriodicTimer(Pace, time);
            do
            {
                string news = Event("state", state.News(seen)); // asked first, so that the last figures come with the end; told last
                string text = Event("views", views.News(drawn, out drawn)) + news;
                if (text.Length == 0 && time.GetElapsedTime(last) < Sign)
                    continue;
                text = text.Length > 0 ? text : ":\n\n";
                last = time.GetTimestamp();
                await Write(response, Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
            }
            while (!seen.Ended && await pace.WaitForNextTickAsync(stop.Token).ConfigureAwait(false));
        }
        finally
        {
            Count(-1, seen.Ended && report is not null ? 1 : 0);
        }
    }

    private static string Event(string name, string? json) => json is null ? "" : $"event: {name}\ndata: {json}\n\n";

    private Task Send(HttpListenerResponse response, byte[] body)
    {
        response.ContentLength64 = body.Length;
        return Write(response, body);
    }

    /// <summary>Writes, but not for ever: who does not read is dropped.</summary>
    private Task Write(HttpListenerResponse response, byte[] bytes) =>
        response.OutputStream.WriteAsync(bytes, stop.Token).AsTask().WaitAsync(Patience, time, stop.Token);
}
