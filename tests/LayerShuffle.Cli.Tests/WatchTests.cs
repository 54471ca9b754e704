using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Report.Live;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cli.Tests;

/// <summary><c>run --watch</c> on the virtual clock.</summary>
public sealed class WatchTests
{
    private const string Scenario = """
        name: watched
        seed: 3
        model: {architecture: none, num_hidden_layers: 4}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms}
        routing: {on_failure: skip, retries: 1, timeout: 40ms}
        faults: {outage: {kind: crash, nodes: [node-2], at: 100ms, restart_after: 100ms}}
        conditions: {first: {}, second: {}}
        workload: {requests: 40}

        """;

    [Theory]
    [InlineData()]
    [InlineData("--quiet")]
    [InlineData("--log-format", "json")]
    public void A_reader_sees_progress_a_fault_and_the_end_and_no_byte_changes(params string[] more)
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario);
        cli.Run("run", file, "--output", cli.At("alone")).ShouldBe(ExitCodes.Done, cli.Error);

        Reader? reader = null;
        using var error = new Lines(line =>
        {
            int at = line.IndexOf("Watch: ", StringComparison.Ordinal);
            if (reader is null && at >= 0)
                reader = new Reader(new Uri(line[(at + 7)..].TrimEnd('"', '}')));
        });
        int code = CommandLine.Invoke(["run", "--watch", file, "--output", cli.At("out"), .. more], TextWriter.Null, error);

        code.ShouldBe(ExitCodes.Done, error.Text);
        error.Text.Split('\n')[0].ShouldContain("Watch: http://127.0.0.1:");
        JsonElement[] events = reader.ShouldNotBeNull().All();
        events[^1].GetProperty("end").GetProperty("state").GetString().ShouldBe("done");
        events[^1].GetProperty("title").GetString().ShouldBe("watched");
        events.SelectMany(each => each.GetProperty("faults").EnumerateArray()).Select(fault => fault.GetProperty("fault").GetString()).ShouldContain("outage");
        events.SelectMany(each => each.GetProperty("rows").EnumerateArray()).Last(row => row.GetProperty("condition").GetString() == "second")
            .GetProperty("requests").GetInt32().ShouldBe(40);
        string lines = string.Join('\n', events.SelectMany(each => each.GetProperty("lines").EnumerateArray()).Select(line => line.GetString()));
        lines.ShouldContain("2 trials; results in");
        lines.ShouldNotContain("Watch:");
        reader.Figures().ShouldBe(["accuracy", "latency", "timeline"]);
        JsonElement replay = events[^1].GetProperty("replay");
        (replay.GetProperty("trial").GetInt32(), replay.GetProperty("name").GetString()).ShouldBe((1, "none, second"));
        foreach (string csv in Directory.EnumerateFiles(cli.At("alone"), "*.csv"))
            File.ReadAllBytes(cli.At("out/" + Path.GetFileName(csv))).ShouldBe(File.ReadAllBytes(csv), Path.GetFileName(csv));
    }

    [Fact]
    public void While_a_trial_is_under_way_its_fault_has_been_told()
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        Uri? address = null;
        List<JsonElement> seen = [];
        // The run cannot go on while its log line is being written: that is when a new reader looks.
        using var error = new Lines(line =>
        {
            if (line.StartsWith("Watch: ", StringComparison.Ordinal))
                address = new Uri(line[7..]);
            if (line.StartsWith("trial 1/2  none  first: ", StringComparison.Ordinal))
                seen.Add(First(client, address!));
        });
        CommandLine.Invoke(["run", file, "--output", cli.At("out"), "--watch"], TextWriter.Null, error).ShouldBe(ExitCodes.Done, error.Text);
        JsonElement state = seen.ShouldHaveSingleItem();
        state.GetProperty("trials").GetInt32().ShouldBe(2);
        state.GetProperty("done").GetInt32().ShouldBe(1);
        state.GetProperty("share").GetDouble().ShouldBe(0.5);
        state.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("trial").GetString()).Distinct().ShouldBe(["none, first"]);
    }

    [Fact]
    public void A_reader_that_never_reads_stops_nothing()
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario + "repeats: 40\n");
        using var dead = new TcpClient { ReceiveBufferSize = 1 };
        using var error = new Lines(line =>
        {
            if (!line.StartsWith("Watch: ", StringComparison.Ordinal))
                return;
            int port = new Uri(line[7..]).Port;
            dead.Connect(IPAddress.Loopback, port);
            dead.GetStream().Write(Encoding.ASCII.GetBytes($"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        });
        CommandLine.Invoke(["run", file, "--output", cli.At("out"), "--watch"], TextWriter.Null, error).ShouldBe(ExitCodes.Done, error.Text);
        File.ReadLines(cli.At("out/conditions.csv")).Count().ShouldBe(81);
    }

    [Fact]
    public void Elsewhere_than_on_loopback_a_token_is_asked_for()
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        List<HttpStatusCode> answers = [];
        string token = "";
        using var error = new Lines(line =>
        {
            if (!line.StartsWith("Watch: ", StringComparison.Ordinal))
                return;
            var address = new Uri(line[7..]);
            token = address.Query;
            string local = $"http://127.0.0.1:{address.Port}/";
            foreach (string query in (string[])["", "?token=" + new string('a', 32), address.Query])
            {
                using HttpResponseMessage answer = client.GetAsync(new Uri(local + query)).GetAwaiter().GetResult();
                answers.Add(answer.StatusCode);
            }
        });
        CommandLine.Invoke(["run", file, "--output", cli.At("out"), "--watch", "0.0.0.0:0"], TextWriter.Null, error).ShouldBe(ExitCodes.Done, error.Text);
        answers.ShouldBe([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK]);
        token.ShouldMatch("^\\?token=[0-9a-f]{32}$");
        HostAddress everywhere = new("0.0.0.0", 0);
        using LiveServer one = WatchOption.Start(everywhere, new LiveState(), TimeProvider.System), two = WatchOption.Start(everywhere, new LiveState(),
            TimeProvider.System);
        one.Address.Query.ShouldNotBe(two.Address.Query, "each run has its own");
    }

    [Fact]
    public void A_port_that_is_taken_ends_it_before_anything_is_written()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario), port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        cli.Run("run", file, "--output", cli.At("out"), "--watch", port).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"--watch 127.0.0.1:{port}: nobody can listen there");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("70000")]
    [InlineData("-1")]
    [InlineData("here")]
    [InlineData("host:")]
    [InlineData("[::]:80")]
    public void A_mistake_ends_it_with_a_sentence(string value)
    {
        using var cli = new Cli();
        string file = cli.Write("s.yaml", Scenario);
        cli.Run("run", file, "--output", cli.At("out"), $"--watch={value}").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"--watch {value}: ");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Fact]
    public void It_takes_a_port_a_host_or_nothing()
    {
        WatchOption.Parse(null).ShouldBe(new HostAddress("127.0.0.1", 0));
        WatchOption.Parse("8080").ShouldBe(new HostAddress("127.0.0.1", 8080));
        WatchOption.Parse("[::1]:8080").ShouldBe(new HostAddress("::1", 8080));
        WatchOption.Apart(["run", "--watch", "s.yaml"]).ShouldBe(["run", "--watch=0", "s.yaml"]);
        WatchOption.Apart(["run", "--watch", "8080", "s.yaml", "--watch"]).ShouldBe(["run", "--watch", "8080", "s.yaml", "--watch"]);
    }

    [Fact]
    public void A_run_that_is_told_only_serves_nothing()
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("s.yaml", Scenario), "--dry-run", "--watch").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldNotContain("Watch:");
    }

    private static JsonElement First(HttpClient client, Uri address)
    {
        using var events = new StreamReader(client.GetStreamAsync(new Uri(address, "events" + address.Query)).GetAwaiter().GetResult());
        string kind = "";
        while (events.ReadLine() is { } line)
        {
            kind = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : kind;
            if (kind == "state" && line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonDocument.Parse(line[6..]).RootElement.Clone();
        }

        throw new InvalidOperationException("No event came.");
    }

    /// <summary>Reads events on a thread of its own until the end.</summary>
    private sealed class Reader
    {
        private readonly Task<List<JsonElement>> read;
        private JsonElement figures;

        public Reader(Uri address)
        {
            var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
            Stream stream = client.GetStreamAsync(new Uri(address, "events")).GetAwaiter().GetResult(); // it watches from here on
            read = Task.Run(() =>
            {
                using HttpClient open = client;
                using var events = new StreamReader(stream);
                List<JsonElement> all = [];
                string kind = "";
                while (events.ReadLine() is { } line)
                {
                    kind = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : kind;
                    if (!line.StartsWith("data: ", StringComparison.Ordinal))
                        continue;
                    if (kind == "views")
                    {
                        figures = JsonDocument.Parse(line[6..]).RootElement.GetProperty("figures").Clone();
                        continue;
                    }

                    all.Add(JsonDocument.Parse(line[6..]).RootElement.Clone());
                    if (all[^1].GetProperty("end").ValueKind == JsonValueKind.Object)
                        break;
                }

                return all;
            });
        }

        /// <summary>The names of the figures that it was shown last.</summary>
        public string[] Figures() => [.. figures.EnumerateArray().Select(figure => figure.GetProperty("id").GetString()!)];

        public JsonElement[] All() => [.. read.GetAwaiter().GetResult()];
    }

    private sealed class Lines(Action<string> seen) : StringWriter(CultureInfo.InvariantCulture)
    {
        private readonly StringBuilder line = new();

        public string Text => GetStringBuilder().ToString();

        public override void Write(string? value)
        {
            base.Write(value);
            foreach (char c in value ?? "")
            {
                if (c != '\n')
                {
                    line.Append(c);
                    continue;
                }

                string whole = line.ToString().TrimEnd('\r');
                line.Clear();
                seen(whole);
            }
        }
    }
}
