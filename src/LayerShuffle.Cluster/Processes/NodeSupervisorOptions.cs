namespace LayerShuffle.Cluster.Processes;

/// <summary>What a supervisor needs to know.</summary>
public sealed record NodeSupervisorOptions
{
    /// <summary>The hub's host.</summary>
    public required string Host { get; init; }

    /// <summary>The hub's port.</summary>
    public required int Port { get; init; }

    /// <summary>What this machine has.</summary>
    public required NodeCapabilities Capabilities { get; init; }

    /// <summary>The name wanted; null: the coordinator's choice.</summary>
    public string? Name { get; init; }

    /// <summary>The scenario it is for; null: the coordinator's.</summary>
    public string? ScenarioHash { get; init; }

    /// <summary>The program's version.</summary>
    public string Version { get; init; } = ProgramVersion.Current;

    /// <summary>Where NAME.log goes; null: nowhere.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Authenticates and encrypts the connection to the hub; throws if that is not of this cluster. Null: plain.</summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Secure { get; init; }

    /// <summary>Whether only a coordinator on this machine may be connected to, secured or not.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>The standard input that a local coordinator holds open: at its end the worker is killed at once. Null: a person started this supervisor.</summary>
    public TextReader? Parent { get; init; }

    /// <summary>How long to try to reach the hub at first.</summary>
    public TimeSpan JoinPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait for the hub's leave to go: longer than the hub waits for others to take over.</summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How long a worker that is told to end may take before it is killed.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shown to whoever started it: sentences.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
