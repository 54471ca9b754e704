using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Messages;

/// <summary>A request underway: its activation, its route and what has happened to it on this branch. Immutable.</summary>
public sealed record Journey
{
    /// <summary>The layer of the hop back to the coordinator.</summary>
    public const int Return = -1;

    /// <summary>The request.</summary>
    public required int Request { get; init; }

    /// <summary>Images it carries.</summary>
    public required int Images { get; init; }

    /// <summary>Planned layer ids in order.</summary>
    public required int[] Route { get; init; }

    /// <summary>Nobody sends or computes for it after this.</summary>
    public required Instant Deadline { get; init; }

    /// <summary>The activation <c>[batch, tokens, hidden]</c> behind a handle, or null where the network alone is simulated.</summary>
    public object? Activation { get; init; }

    /// <summary>The branch (see <see cref="HopId"/>).</summary>
    public ulong Branch { get; init; }

    /// <summary>Index into <see cref="Route"/> of the next layer.</summary>
    public int Next { get; init; }

    /// <summary>Executed layer ids, in order.</summary>
    public int[] Executed { get; init; } = [];

    /// <summary>Layer ids lost to failures.</summary>
    public int[] Skipped { get; init; } = [];

    /// <summary>Resends on the way so far.</summary>
    public int Retries { get; init; }

    /// <summary>The next layer, or <see cref="Return"/>.</summary>
    public int NextLayer => Next < Route.Length ? Route[Next] : Return;

    /// <summary>Identity of the next hop.</summary>
    public HopId NextHop => new(Request, Branch, Executed.Length);

    /// <summary>After the next layer has been executed.</summary>
    public Journey AfterLayer(object? output) => this with { Activation = output, Executed = [.. Executed, NextLayer], Next = Next + 1 };

    /// <summary>On a new branch without the next layer.</summary>
    public Journey WithoutLayer() => this with { Branch = NextHop.BranchAfterGivingUp(NextLayer), Skipped = [.. Skipped, NextLayer], Next = Next + 1 };
}
