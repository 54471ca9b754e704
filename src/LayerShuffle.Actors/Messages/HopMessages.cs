using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Messages;

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

    /// <summary>Layer ids that were put at the end of the route: each is put there once.</summary>
    public int[] Deferred { get; init; } = [];

    /// <summary>Resends on the way so far.</summary>
    public int Retries { get; init; }

    /// <summary>Of these, second copies that were sent before the first was overdue.</summary>
    public int Hedges { get; init; }

    /// <summary>Which of the request's journeys it is, from 0.</summary>
    public int Path { get; init; }

    /// <summary>How many neighbours of the route run at once; 1: none does.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Of the next group of layers, which begins at <see cref="Next"/>: which one this hop is for.</summary>
    public int Member { get; init; }

    /// <summary>Of how many parts the next input is the sum: the layers of the group before; 0: there is none, and the activation is the input.</summary>
    public int Parts { get; init; }

    /// <summary>Which of these parts this is.</summary>
    public int Part { get; init; }

    /// <summary>Whether it is one of several parts of an input: it then carries what its layer was given beside what it gave.</summary>
    public bool IsPart => Parts > 1;

    /// <summary>Images as its activation has them.</summary>
    public int ImagesCarried => IsPart ? 2 * Images : Images;

    /// <summary>Layers that run at once next; 0: the route is at its end.</summary>
    public int Group => Math.Min(Parallel, Route.Length - Next);

    /// <summary>The next layer, or <see cref="Return"/>.</summary>
    public int NextLayer => Next + Member < Route.Length ? Route[Next + Member] : Return;

    /// <summary>The next layer's position in the order.</summary>
    public int Position => Executed.Length + Member;

    /// <summary>Identity of the next hop. Where layers run at once its position is that of the route, so that all parts of a hop have the same.</summary>
    public HopId NextHop => Parallel > 1 ? new(Request, Branch, Next + Member) { Part = Part } : new(Request, Branch, Executed.Length);

    /// <summary>After the next layer, one of several, has been executed: on the way to a layer of the next group.</summary>
    public Journey AfterMember(object? output) => this with { Activation = output, Next = Next + Group, Parts = Group, Part = Member, Member = 0 };

    /// <summary>On a new branch without any layer of the next group.</summary>
    public Journey WithoutGroup()
    {
        ulong branch = Branch;
        for (int member = 0; member < Group; member++)
            branch = new HopId(Request, branch, Next + member).BranchAfterGivingUp(Route[Next + member]);
        return this with
        {
            Branch = branch,
            Route = [.. Route[..Next], .. Route[(Next + Group)..]],
            Skipped = [.. Skipped, .. Route[Next..(Next + Group)]],
            Member = 0,
        };
    }

    /// <summary>By which branch a random copy is drawn: journeys that set out together draw together, so that each takes another copy.</summary>
    public ulong LuckOfCopies => Branch == HopId.BranchOfPath(Path) ? 0 : Branch;

    /// <summary>After the next layer has been executed.</summary>
    public Journey AfterLayer(object? output) => this with { Activation = output, Executed = [.. Executed, NextLayer], Next = Next + 1 };

    /// <summary>On a new branch with the next layer at the end of the route.</summary>
    /// <param name="behind">So many layers of the route stay behind it.</param>
    public Journey WithLayerDeferred(int behind) => this with
    {
        Branch = NextHop.BranchAfterGivingUp(NextLayer),
        Route = [.. Route[..Next], .. Route[(Next + 1)..^behind], NextLayer, .. Route[^behind..]],
        Deferred = [.. Deferred, NextLayer],
    };

    /// <summary>On a new branch without the next layer.</summary>
    public Journey WithoutLayer() => this with { Branch = NextHop.BranchAfterGivingUp(NextLayer), Skipped = [.. Skipped, NextLayer], Next = Next + 1 };
}

/// <summary>One attempt of a hop: an activation for the next layer of its journey, or the result on its way back.</summary>
/// <param name="Journey">The journey, its next layer not yet executed.</param>
/// <param name="Attempt">0 for the first sending.</param>
/// <param name="From">Sending endpoint.</param>
public sealed record HopMessage(Journey Journey, int Attempt, int From)
{
    /// <summary>1 for the injected duplicate.</summary>
    public int Copy { get; init; }

    /// <summary>The sender's incarnation, 1 for the first in the trial: a node that crashed and came back sends the same hop as another's.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>Whether it is the second copy of a hop that is hedged.</summary>
    public bool IsHedge { get; init; }
}

/// <summary>A protocol message without payload.</summary>
/// <param name="Hop">The hop it speaks of.</param>
/// <param name="Layer">The layer that hop is for, or <see cref="Journey.Return"/>: draws depend on it.</param>
/// <param name="From">Sending endpoint.</param>
public abstract record ControlMessage(HopId Hop, int Layer, int From);

/// <summary>The receiver has the hop.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="Attempt">The attempt that is acknowledged.</param>
/// <param name="Copy">Which copy of it: 1 for the injected duplicate.</param>
/// <param name="From">The receiver.</param>
/// <param name="Incarnation">Its incarnation: what a later crash of it loses.</param>
/// <param name="SenderIncarnation">The sender's incarnation that the message bore.</param>
public sealed record HopAcknowledged(HopId Hop, int Layer, int Attempt, int Copy, int From, int Incarnation, int SenderIncarnation = 1)
    : ControlMessage(Hop, Layer, From)
{
    /// <summary>How many hops waited or were computed at the receiver when it arrived; told only where routing asks.</summary>
    public int? Queue { get; init; }

    /// <summary>The acknowledgement of a message by its receiver.</summary>
    public static HopAcknowledged Of(HopMessage message, int by, int incarnation) =>
        new(message.Journey.NextHop, message.Journey.NextLayer, message.Attempt, message.Copy, by, incarnation, message.Incarnation);
}

/// <summary>Another endpoint has what came of the hop: its sender need not keep the activation any longer.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="From">The former receiver.</param>
public sealed record HopReleased(HopId Hop, int Layer, int From) : ControlMessage(Hop, Layer, From);

/// <summary>An acknowledgement did not come in time (a timer of the sender).</summary>
/// <param name="Custody">What it is about.</param>
/// <param name="Attempt">The attempt that was waited for.</param>
public sealed record AcknowledgementOverdue(object Custody, int Attempt);

/// <summary>It is time for a second copy of a hop (a timer of the sender).</summary>
/// <param name="Custody">What it is about.</param>
/// <param name="Attempt">The attempt that is waited for.</param>
public sealed record HedgeDue(object Custody, int Attempt);

/// <summary>A sender gave the request up.</summary>
/// <param name="Hop">The hop that failed.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="From">The sender.</param>
/// <param name="Path">Which of the request's journeys it was.</param>
public sealed record RequestFailed(HopId Hop, int Layer, int From, int Path = 0) : ControlMessage(Hop, Layer, From);
