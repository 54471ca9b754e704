using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Supervision;

/// <summary>
/// Supervisors as child processes of the coordinator. Each holds the reading end of a pipe whose writing end only this process has: when this process ends,
/// however it ends, they see the pipe's end, kill their workers and go.
/// </summary>
public sealed class LocalSupervisors : IAsyncDisposable
{
    private readonly List<(string Name, Process Process, Task Gone)> children = [];
    private readonly LocalSupervisorsOptions options;
    private readonly SupervisorHub hub;
    private volatile bool ending;

    private LocalSupervisors(LocalSupervisorsOptions options, SupervisorHub hub) => (this.options, this.hub) = (options, hub);

    /// <summary>The supervisors' process ids, by name.</summary>
    public IReadOnlyDictionary<string, int> ProcessIds
    {
        get
        {
            lock (children)
                return children.ToDictionary(child => child.Name, child => child.Process.Id);
        }
    }

    /// <summary>Starts them; they join by themselves (<see cref="SupervisorHub.WaitForAsync"/>). When one ends, the hub gives it up at once.</summary>
    /// <exception cref="Win32Exception">The program cannot be started; those that were are ended.</exception>
    public static async Task<LocalSupervisors> StartAsync(LocalSupervisorsOptions options, SupervisorHub hub)
    {
        var supervisors = new LocalSupervisors(options, hub);
        try
        {
            foreach (string name in options.Names)
                await supervisors.StartAsync(name).ConfigureAwait(false);
            return supervisors;
        }
        catch
        {
            await supervisors.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until all have ended, for instance after <see cref="SupervisorHub.ShutdownAllAsync"/>.</summary>
    /// <returns>Whether they have.</returns>
    public async Task<bool> WaitForExitAsync(TimeSpan patience)
    {
        ending = true;
        Task all = Task.WhenAll(Children().Select(child => child.Gone));
        return await Task.WhenAny(all, Task.Delay(patience, options.Time)).ConfigureAwait(false) == all;
    }

    /// <summary>Ends all: closes their inputs, at which they kill their workers and go, and kills those that do not go in time.</summary>
    public async ValueTask DisposeAsync()
    {
        ending = true;
        foreach ((_, Process process, _) in Children())
            CloseInput(process);
        if (!await WaitForExitAsync(options.EndPatience).ConfigureAwait(false))
        {
            foreach ((_, Process process, Task gone) in Children().Where(child => !child.Gone.IsCompleted))
            {
                process.Kill(entireProcessTree: true); // nothing happens if it has just ended
                await gone.ConfigureAwait(false);
            }
        }

        foreach ((_, Process process, _) in Children())
            ChildStarter.Release(process);
        lock (children)
            children.Clear();
    }

    /// <summary>
    /// Starts a supervisor again that has ended or was given up. One that still lives is killed first, and its end told: nothing that is said of it may come
    /// after its successor of the same name has joined.
    /// </summary>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public async Task RestartAsync(string name)
    {
        if (ending)
            return;
        (string Name, Process Process, Task Gone)[] former = [.. Children().Where(child => child.Name == name)];
        foreach ((_, Process process, Task gone) in former)
        {
            if (!await GoesAsync(gone).ConfigureAwait(false))
                process.Kill(entireProcessTree: true); // nothing happens if it has just ended
            await gone.ConfigureAwait(false);
            lock (children)
                children.RemoveAll(child => child.Process == process);
            ChildStarter.Release(process);
        }

        if (!ending)
            await StartAsync(name).ConfigureAwait(false);
    }

    /// <summary>Whether a supervisor that the hub has given up, or told to end, goes by itself.</summary>
    private async Task<bool> GoesAsync(Task gone) => await Task.WhenAny(gone, Task.Delay(options.EndPatience, options.Time)).ConfigureAwait(false) == gone;

    private (string Name, Process Process, Task Gone)[] Children()
    {
        lock (children)
            return [.. children];
    }

    private async Task StartAsync(string name)
    {
        IPEndPoint listen = hub.ListenEndPoint;
        string host = listen.Address.Equals(IPAddress.Any) ? "127.0.0.1" : listen.Address.Equals(IPAddress.IPv6Any) ? "::1" : listen.Address.ToString();
        string join = listen.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]:{listen.Port}" : $"{host}:{listen.Port}";
        List<string> arguments = ["node", "--local", "--join", join, "--name", name];
        if (options.Device(name) is { } device)
            arguments.AddRange(["--device", device]);
        if (options.Threads is { } threads)
            arguments.AddRange(["--threads", threads.ToString(CultureInfo.InvariantCulture)]);
        if (options.LogDirectory is { } directory)
            arguments.AddRange(["--log-dir", directory]);
        ProcessStartInfo info = options.Command(arguments);
        info.UseShellExecute = false;
        (info.RedirectStandardInput, info.RedirectStandardOutput, info.RedirectStandardError) = (true, true, true);
        info.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        int joined = hub.Joinings(name);
        Process process = await ChildStarter.StartAsync(info).ConfigureAwait(false);
        lock (children)
            children.Add((name, process, WatchAsync(name, process, joined)));
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new LocalStart(options.Secret), HubCodec.Records.LocalStart))
                .ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // it has ended already: the watch tells
        }
    }

    /// <summary>
    /// What a local supervisor does first: reads what it is given on the first line of its standard input, and leaves the terminal, so that Ctrl-C is the
    /// coordinator's alone.
    /// </summary>
    /// <param name="stdin">Its standard input; give the same reader to <see cref="NodeSupervisorOptions.Parent"/>.</param>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    public static LocalStart Enter(TextReader stdin)
    {
        try
        {
            if (stdin.ReadLine() is { } line && JsonSerializer.Deserialize(line, HubCodec.Records.LocalStart) is { } start)
            {
                NativeProcess.LeaveTerminal();
                return start;
            }
        }
        catch (JsonException)
        {
            // the sentence below says it; the line may hold a secret
        }

        throw new InvalidDataException("--local is for supervisors that `layershuffle run` starts by itself, with one line of JSON on their standard input. "
            + "Leave it out.");
    }

    private async Task WatchAsync(string name, Process process, int joined)
    {
        Task heard = Task.WhenAll(HearAsync(name, process.StandardOutput), HearAsync(name, process.StandardError));
        await process.WaitForExitAsync().ConfigureAwait(false);
        RuntimeFiles.Remove(process.Id);
        await Task.WhenAny(heard, Task.Delay(TimeSpan.FromSeconds(1), options.Time)).ConfigureAwait(false);
        if (ending)
            return;
        string how = $"(process {process.Id}) ended: {new ProcessExit(process.ExitCode)}.";
        if (hub.Joinings(name) == joined)
            options.NeverJoined($"The supervisor of {name} {how} It had not joined yet.");
        else
            hub.Expel(name, $"Its supervisor {how}");
    }

    private async Task HearAsync(string name, StreamReader output)
    {
        try
        {
            while (await output.ReadLineAsync().ConfigureAwait(false) is { } line)
                options.Log.Say($"{name}: {line}");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // its end
        }
    }

    private static void CloseInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it is gone already
        }
    }
}

/// <summary>The supervisors that a coordinator starts on its own machine.</summary>
public sealed record LocalSupervisorsOptions
{
    /// <summary>Their names.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The device that a node's worker computes on, by the node's name; null: cpu.</summary>
    public Func<string, string?> Device { get; init; } = _ => null;

    /// <summary>Computing threads per worker; null: the worker's settings say.</summary>
    public int? Threads { get; init; }

    /// <summary>Where NAME.log goes; null: nowhere.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>The cluster's secret, handed over through the standard input; null: none.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>The command of a supervisor with these arguments; default this program.</summary>
    public Func<IEnumerable<string>, ProcessStartInfo> Command { get; init; } = SelfLauncher.Self;

    /// <summary>Told what supervisors say, with their names before it.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Told in a sentence of a supervisor that has ended before the hub had let it in: nobody need wait for it.</summary>
    public Action<string> NeverJoined { get; init; } = _ => { };

    /// <summary>How long supervisors may take to end before they are killed.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>The one line that a local supervisor gets on its standard input, which then stays open for as long as the coordinator lives.</summary>
/// <param name="Secret">The cluster's secret, if there is one. It travels here and nowhere else: command lines can be read by everyone.</param>
public sealed record LocalStart(byte[]? Secret);
