using System.Net;
using System.Net.Sockets;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>A way to the hub that can be cut: connections break, or fall silent, and new ones come through or not.</summary>
internal sealed class CuttableProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int target;
    private readonly Lock gate = new();
    private readonly List<TcpClient> open = [];
    private volatile bool closed;
    private volatile bool silent;

    public CuttableProxy(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Breaks all connections, and new ones until <see cref="Heal"/>.</summary>
    public void Cut()
    {
        closed = true;
        lock (gate)
        {
            foreach (TcpClient client in open)
                client.Dispose();
            open.Clear();
        }
    }

    public void Heal() => closed = false;

    /// <summary>Swallows all bytes from now on.</summary>
    public void Silence() => silent = true;

    public void Dispose()
    {
        Cut();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await listener.AcceptTcpClientAsync();
                if (closed)
                {
                    near.Dispose();
                    continue;
                }

                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, target);
                lock (gate)
                    open.AddRange([near, far]);
                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // disposed
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                if (!silent)
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // cut
        }

        from.Dispose();
        to.Dispose();
    }
}
