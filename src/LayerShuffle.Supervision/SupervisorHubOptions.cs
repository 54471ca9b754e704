using System.Net;

namespace LayerShuffle.Supervision;

/// <summary>How a hub listens and whom it lets in.</summary>
public sealed record SupervisorHubOptions
{
    /// <summary>The address to listen on; port 0 takes a free one (<see cref="SupervisorHub.ListenEndPoint"/>).</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>How many nodes may be in at once.</summary>
    public required int Wanted { get; init; }

    /// <summary>
    /// The names that nodes may have, in the order in which they are given out; null: any name, and node-1, node-2 … for those that want none.
    /// </summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>What identifies the scenario; null: not compared.</summary>
    public string? ScenarioHash { get; init; }

    /// <summary>The program's version: all nodes must have the same.</summary>
    public string Version { get; init; } = ProgramVersion.Current;

    /// <summary>
    /// Authenticates and encrypts an accepted connection (and disposes of the given stream with the one it returns); throws if the other side is not of this
    /// cluster. Null: plain.
    /// </summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Secure { get; init; }

    /// <summary>How often both sides say that they live.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After how long a silence the other side is gone: broken connections may come back within it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long somebody who connects has to say who it is.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections may be in the handshake at once: the oldest makes room for a new one.</summary>
    public int Handshakes { get; init; } = 256;

    /// <summary>Whether supervisors send every line that their workers write.</summary>
    public bool ForwardLog { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A supervisor could not carry a command out, or is gone. The message is a sentence.</summary>
/// <param name="message">Which node, what, and why.</param>
public sealed class NodeCommandException(string message) : Exception(message);
