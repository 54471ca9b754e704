using System.Net;
using System.Net.Sockets;
using CsCheck;
using LayerShuffle.Core;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cluster.Tests.Addresses;

/// <summary>Addresses as people, sockets and Akka write them.</summary>
public sealed class HostAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:4053", "127.0.0.1", 4053, "127.0.0.1:4053")]
    [InlineData("127.0.0.1", "127.0.0.1", null, "127.0.0.1")]
    [InlineData("0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0")]
    [InlineData("[::1]:4053", "::1", 4053, "[::1]:4053")]
    [InlineData("[::1]", "::1", null, "[::1]")]
    [InlineData("::1", "::1", null, "[::1]")]
    [InlineData("[::]:7400", "::", 7400, "[::]:7400")]
    [InlineData("[2001:db8:0::1]:1", "2001:db8:0::1", 1, "[2001:db8::1]:1")]
    [InlineData("alpha:65535", "alpha", 65535, "alpha:65535")]
    [InlineData("node-1.example", "node-1.example", null, "node-1.example")]
    public void What_people_write_is_read_and_written(string text, string host, int? port, string written)
    {
        HostAddress address = HostAddress.TryParse(text).ShouldNotBeNull();
        (address.Host, address.Port).ShouldBe((host, port));
        address.ToString().ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":7")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host:7x")]
    [InlineData("[host]:7")]
    [InlineData("[127.0.0.1]:7")]
    [InlineData("[::1:7")]
    [InlineData("[::1]7")]
    [InlineData("::g")]
    [InlineData("a b:7")]
    [InlineData("http://a:7")]
    [InlineData("user@host:7")]
    public void What_is_none_is_refused(string text) => HostAddress.TryParse(text).ShouldBeNull();

    [Theory]
    [InlineData("0.0.0.0", true)]
    [InlineData("::", true)]
    [InlineData("0:0:0:0:0:0:0:0", true)]
    [InlineData("::1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("alpha", false)]
    public void An_address_for_all_is_known_in_every_spelling(string host, bool any) => HostAddress.IsAnyHost(host).ShouldBe(any);

    [Fact]
    public void Sockets_get_numbers_as_numbers_and_names_as_names()
    {
        new HostAddress("::1", 7).EndPoint.ShouldBe(new IPEndPoint(IPAddress.IPv6Loopback, 7));
        new HostAddress("10.0.0.1", 7).EndPoint.ShouldBe(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 7));
        new HostAddress("alpha", 7).EndPoint.ShouldBe(new DnsEndPoint("alpha", 7));
        HostAddress.HostOf(IPAddress.Parse("::ffff:10.0.0.1")).ShouldBe("10.0.0.1");
        new HostAddress("fe80::1", null).IsLinkLocal.ShouldBeTrue();
    }

    [Fact]
    public void Every_address_with_every_port_survives_the_round_trip() => Gen.Select(Gen.Byte.Array[4], Gen.Byte.Array[16], Gen.Bool, Gen.Int[0, 65535])
        .Sample((four, sixteen, isV6, port) =>
    {
        var address = new IPAddress(isV6 ? sixteen : four);
        HostAddress read = HostAddress.TryParse(HostAddress.Text(address.ToString(), port)).ShouldNotBeNull();
        read.EndPoint.ShouldBe(new IPEndPoint(address, port));
        HostAddress.TryParse(read.ToString()).ShouldBe(read);
    });

    [Fact]
    public void A_port_that_is_taken_is_said_with_what_to_do()
    {
        using Socket first = Listener.Open(new IPEndPoint(IPAddress.Loopback, 0), "nodes that join", "--listen", 1);
        var taken = (IPEndPoint)first.LocalEndPoint!;
        string sentence = Should.Throw<ClusterException>(() => Listener.Check(taken, "activations", "--data-port")).Message;
        sentence.ShouldStartWith($"Cannot listen on 127.0.0.1:{taken.Port} for activations: ");
        sentence.ShouldContain("choose another port with --data-port; without --data-port any that is free is taken"); // that option takes no 0
        Should.Throw<ClusterException>(() => Listener.Check(taken, "nodes that join", "--listen")).Message.ShouldContain("port 0 takes any that is free");
        Should.Throw<ClusterException>(() => Listener.Check(new IPEndPoint(IPAddress.Parse("203.0.113.1"), 0), "activations",
            null)).Message.ShouldContain("This machine has no such address");
        Should.Throw<ClusterException>(() => HostAddress.Listening("no-such-host.invalid")).Message.ShouldContain("this name has no address here");
    }

    [Fact]
    public async Task The_any_address_of_IPv6_takes_IPv4_as_well()
    {
        Assert.SkipUnless(IPv6.IsThere, IPv6.Missing);
        using Socket any = Listener.Open(new IPEndPoint(IPAddress.IPv6Any, 0), "nodes that join", "--listen", 2);
        foreach (IPAddress to in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(to, ((IPEndPoint)any.LocalEndPoint!).Port, TestContext.Current.CancellationToken);
        }
    }
}
