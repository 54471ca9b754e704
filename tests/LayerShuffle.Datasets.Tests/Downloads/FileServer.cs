using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LayerShuffle.Datasets.Tests.Downloads;

/// <summary>A web server on loopback that has one file, whatever it is asked for; it knows ranges, and can break off.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly byte[] file;
    private readonly Task serving;

    public FileServer(byte[] file)
    {
        this.file = file;
        listener.Start();
        serving = Task.Run(Serve);
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/data/"));

    public int Requests { get; private set; }

    public string? LastRange { get; private set; }

    /// <summary>After so many bytes it hangs up; null: it does not.</summary>
    public int? CutAfter { get; set; }

    public void Dispose()
    {
        listener.Stop();
        serving.Wait();
        listener.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using TcpClient connection = listener.AcceptTcpClient();
                Answer(connection.GetStream());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private void Answer(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        string? range = null;
        for (string? line; (line = reader.ReadLine()) is { Length: > 0 };)
        {
            if (line.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase))
                range = line[7..];
        }

        Requests++;
        LastRange = range;
        int from = range is null ? 0 : int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        string head = range is null ? "HTTP/1.1 200 OK\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}\r\n");
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{head}Content-Length: {file.Length - from}\r\nConnection: close\r\n\r\n")));
        stream.Write(file.AsSpan(from, Math.Min(file.Length - from, CutAfter ?? int.MaxValue)));
    }
}
