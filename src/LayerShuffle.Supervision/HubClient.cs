using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using LayerShuffle.Core.Logs;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Supervision;

/// <summary>Connects a supervisor to its hub.</summary>
internal sealed class HubClient(NodeSupervisorOptions options)
{
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromSeconds(10);
    private const int BrokenTries = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Where the hub is.</summary>
    public string Address { get; } = HostAddress.Text(options.Host, options.Port);

    /// <summary>Joins: tries until the hub can be reached, and takes its first answer.</summary>
    /// <exception cref="NodeRefusedException">The answer is no, or none.</exception>
    /// <exception cref="TimeoutException">The hub was not reached in time.</exception>
    public async Task<(HubConnection Connection, HubMessage.Welcome Welcome)> JoinAsync(CancellationToken cancellation)
    {
        long began = options.Time.GetTimestamp();
        int broken = 0;
        for (bool told = false; ; told = true)
        {
            try
            {
                return await TryAsync(null, 0, AttemptPatience, cancellation).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                if (options.Time.GetElapsedTime(began) > options.JoinPatience)
                    throw new TimeoutException(
                        $"The coordinator at {Address} cannot be reached: {exception.Message}. This node tried for {options.JoinPatience.TotalSeconds:0.#} s. "
                            + "Start the coordinator first (`run … --listen`), or check the address and that nothing between blocks its port.",
                        exception);
                if (!told)
                    options.Log.Say($"Waiting for the coordinator at {Address} ({exception.Message}); this node tries for "
                        + $"{options.JoinPatience.TotalSeconds:0.#} s.");
            }
            catch (AuthenticationException exception)
            {
                throw new NodeRefusedException($"The coordinator at {Address} is not of this node's cluster: {exception.Message} Both need the same secret, "
                    + "or certificates of the same authority.");
            }
            catch (IOException) when (broken++ < BrokenTries)
            {
                // its listener may be besieged: a rightful node comes through in a moment
            }
            catch (Exception exception) when (exception is IOException or TimeoutException or HubProtocolException)
            {
                throw new NodeRefusedException($"What listens at {Address} did not answer as a coordinator ({exception.Message}) "
                    + "Either it is none, or only one side uses a secret or certificates, or they differ.");
            }

            await Task.Delay(Pause, options.Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on with a session over a new connection.</summary>
    /// <param name="session">Its key.</param>
    /// <param name="received">How many numbered messages of it have come.</param>
    /// <param name="left">How long the hub waits for it.</param>
    /// <param name="cancellation">Stops trying.</param>
    /// <exception cref="NodeRefusedException">The hub has given the session up.</exception>
    /// <exception cref="TimeoutException">The time ran out.</exception>
    public async Task<(HubConnection Connection, HubMessage.Welcome Welcome)> ResumeAsync(string session, long received, TimeSpan left,
        CancellationToken cancellation)
    {
        long began = options.Time.GetTimestamp();
        while (true)
        {
            TimeSpan rest = left - options.Time.GetElapsedTime(began);
            if (rest <= TimeSpan.Zero)
                throw new TimeoutException("no connection came about in time");
            try
            {
                return await TryAsync(session, received, rest < AttemptPatience ? rest : AttemptPatience, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or HubProtocolException
                or AuthenticationException)
            {
                await Task.Delay(Pause, options.Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The hub's addresses; without security all of them must be this machine's, before anything is sent there.</summary>
    /// <exception cref="NodeRefusedException">They are not.</exception>
    private async Task<IPAddress[]> AddressesAsync(CancellationToken cancellation)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(options.Host, cancellation).ConfigureAwait(false);
        try
        {
            foreach (IPAddress address in options.Secure is null || options.LocalOnly ? addresses : [])
                ListenPolicy.CheckPeer(address, null);
        }
        catch (InsecureAddressException exception)
        {
            throw new NodeRefusedException(exception.Message);
        }

        return addresses;
    }

    private async Task<(HubConnection Connection, HubMessage.Welcome Welcome)> TryAsync(string? session, long received, TimeSpan patience,
        CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(patience, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        HubConnection? connection = null;
        try
        {
            await socket.ConnectAsync(await AddressesAsync(either.Token).ConfigureAwait(false), options.Port, either.Token).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Secure is not null)
                stream = await options.Secure(stream, either.Token).ConfigureAwait(false);
            connection = new HubConnection(stream, patience, options.Time);
            connection.Post(HubCodec.Encode(new HubMessage.Hello(HubCodec.Protocol, options.Version, options.ScenarioHash, options.Name, options.Capabilities,
                session, received)));
            HubMessage answer = await connection.ReadAsync(HubCodec.LongestMessage, patience, either.Token).ConfigureAwait(false);
            return answer switch
            {
                HubMessage.Welcome welcome when NodeName.IsValid(welcome.Name)
                    && welcome is { HeartbeatMilliseconds: > 0, GraceMilliseconds: > 0 } => (connection, welcome),
                HubMessage.Refused refused => throw new NodeRefusedException(NodeName.Clean(refused.Reason, HubCodec.LongestLine)),
                _ => throw new HubProtocolException($"{answer.GetType().Name} is no answer to a node that joins."),
            };
        }
        catch (Exception exception)
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            else if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            if (exception is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw stream is null ? new SocketException((int)SocketError.TimedOut)
                    : new TimeoutException($"Nothing was heard for {patience.TotalSeconds:0.#} s.");
            throw;
        }
    }
}
