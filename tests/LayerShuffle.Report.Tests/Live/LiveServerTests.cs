using System.Net;
using System.Net.Sockets;
using System.Text;
using LayerShuffle.Report.Live;

namespace LayerShuffle.Report.Tests.Live;

public sealed class LiveServerTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly LiveState state = new();
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task It_shows_tells_and_hands_over()
    {
        using LiveServer server = Start();
        HttpResponseMessage page = await client.GetAsync(server.Address, TestContext.Current.CancellationToken);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("LayerShuffle, live");
        (await Status(new Uri(server.Address, "report"))).ShouldBe(HttpStatusCode.NotFound, "there is none yet");
        (await Status(new Uri(server.Address, "replay"))).ShouldBe(HttpStatusCode.NotFound, "no trial is finished");
        (await Status(new Uri(server.Address, "../../etc/passwd"))).ShouldBe(HttpStatusCode.NotFound);
        using var reader = new StreamReader(await client.GetStreamAsync(new Uri(server.Address, "events"), TestContext.Current.CancellationToken));
        state.Said("hello");
        await Until(reader, "hello");
        var over = Task.Run(() =>
        {
            server.End(new LiveEnd("done", 0, "", false), scratch.Write("report.html", "<p>the report"));
            server.HandOver(TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);
        (await Until(reader, "\"end\":{")).ShouldContain("\"report\":true");
        (await client.GetStringAsync(new Uri(server.Address, "report"), TestContext.Current.CancellationToken)).ShouldBe("<p>the report");
        await over;
    }

    [Fact]
    public async Task Elsewhere_it_asks_for_its_token()
    {
        const string token = "0123456789abcdef0123456789abcdef";
        using LiveServer server = Start(token);
        server.Address.Query.ShouldBe("?token=" + token);
        foreach (string path in (string[])["", "events", "replay", "report", "?token=", $"?token={token[1..]}", "?token=" + new string('0', 32)])
            (await Status(new Uri(new Uri(server.Address.GetLeftPart(UriPartial.Path)), path))).ShouldBe(HttpStatusCode.Unauthorized, path);
        (await Status(server.Address)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_name_that_somebody_else_made_up_for_this_machine_leads_nowhere()
    {
        using LiveServer server = Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        request.Headers.Host = $"evil.example:{server.Address.Port}"; // a page elsewhere that has its own name point here
        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public void A_reader_that_never_reads_holds_up_nobody()
    {
        using LiveServer server = Start();
        using var dead = new TcpClient("127.0.0.1", server.Address.Port) { ReceiveBufferSize = 1 };
        dead.GetStream().Write(Encoding.ASCII.GetBytes($"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\n\r\n"));
        string line = new('x', 10_000);
        for (int i = 0; i < 100_000; i++)
            state.Said(line); // a gigabyte, none of which waits
        server.End(new LiveEnd("done", 0, "", false), null);
        server.HandOver(TestContext.Current.CancellationToken); // bounded: else this test never ends
    }

    [Fact]
    public void Nobody_waits_for_a_watcher_that_is_not_there()
    {
        using LiveServer server = Start();
        server.End(new LiveEnd("done", 0, "", false), null);
        using var alreadyOver = new CancellationTokenSource();
        alreadyOver.Cancel();
        server.HandOver(alreadyOver.Token); // would throw from within if it waited, and return nevertheless
    }

    [Fact]
    public void A_port_that_is_taken_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Should.Throw<HttpListenerException>(() => LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, port, token: null, TimeProvider.System));
    }

    public void Dispose()
    {
        client.Dispose();
        scratch.Dispose();
    }

    private LiveServer Start(string? token = null) => LiveServer.Start(state, "127.0.0.1", IPAddress.Loopback, 0, token, TimeProvider.System);

    private async Task<HttpStatusCode> Status(Uri place)
    {
        using HttpResponseMessage answer = await client.GetAsync(place, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<string> Until(StreamReader events, string what)
    {
        while (await events.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(what, StringComparison.Ordinal))
                return line;
        }

        throw new ShouldAssertException($"{what} never came");
    }
}
