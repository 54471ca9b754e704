using System.Diagnostics;

namespace LayerShuffle.Cluster.Processes;

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

    /// <summary>Told what supervisors say: name and line, from one thread at a time per node.</summary>
    public Action<string, string> Say { get; init; } = (_, _) => { };

    /// <summary>Told in a sentence of a supervisor that has ended before the hub had let it in: nobody need wait for it.</summary>
    public Action<string> NeverJoined { get; init; } = _ => { };

    /// <summary>How long supervisors may take to end before they are killed.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
