using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>What identifies a message on its link: a draw depends on this and on nothing that was sent before.</summary>
/// <param name="Request">The request.</param>
/// <param name="Layer">The layer it is for; −1 on the return to the coordinator.</param>
/// <param name="Attempt">0 for the first sending of a hop, then the resend's number.</param>
/// <param name="Branch">The branch of the request, 0 for the first: another branch is a second chance, with luck of its own.</param>
/// <param name="Incarnation">The sender's incarnation, 1 for the first in a trial: what a node sends again after a crash has luck of its own too.</param>
/// <param name="Answered">Of an acknowledgement: the incarnation of the sender whose message it answers.</param>
public readonly record struct MessageKey(int Request, int Layer, int Attempt, ulong Branch = 0, int Incarnation = 1, int Answered = 1)
{
    /// <summary>Of layers that run at once: which of the group before it comes from.</summary>
    public int Part { get; init; }
}

/// <summary>What became of a message when it was handed to its link.</summary>
public enum MessageFate
{
    /// <summary>The link took it; each copy has a fate of its own.</summary>
    Sent,

    /// <summary>The link was down: nothing arrives.</summary>
    LinkDown,
}

/// <summary>What becomes of one copy of a message on its link.</summary>
public enum CopyFate
{
    /// <summary>It arrives whole.</summary>
    Delivered,

    /// <summary>It never arrives, and takes no bandwidth.</summary>
    Lost,

    /// <summary>It travels and arrives garbled; the receiver discards it, unless the verdict says how it is damaged: then it takes it as it is.</summary>
    Corrupted,

    /// <summary>The queue before the bandwidth had no room for it: it never arrives, and takes no bandwidth.</summary>
    Dropped,
}

/// <summary>The fate of one copy of a message.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="At">When it arrives, at the receiver's downlink if there is one; <see cref="Instant.Never"/> for a lost one.</param>
/// <param name="Copy">0, or 1 for the injected duplicate.</param>
/// <param name="Overtakes">Whether it arrives before one that was handed to the link earlier, if it arrives at all.</param>
/// <param name="Damage">What the receiver gets instead of what was sent; null: just that, or nothing.</param>
public readonly record struct CopyVerdict(CopyFate Fate, Instant At, int Copy, bool Overtakes = false, ActivationDamage? Damage = null)
{
    /// <summary>Whether the receiver drops it because its checksum does not fit.</summary>
    public bool FailsChecksum => Fate == CopyFate.Corrupted && Damage is null;

    /// <summary>How many bytes of it arrive.</summary>
    /// <param name="bytes">Those that were sent.</param>
    public long ArrivingBytes(long bytes) => Damage is null ? bytes : bytes - Damage.MissingBytes(bytes);
}

/// <summary>The fate of a data message and of its one or two copies, held in place: a verdict costs no allocation.</summary>
public readonly struct SendVerdict
{
    private readonly CopyVerdict first, second;

    private SendVerdict(MessageFate fate, int copies, CopyVerdict first, CopyVerdict second)
    {
        Fate = fate;
        Copies = copies;
        this.first = first;
        this.second = second;
    }

    /// <summary>Whether the link took the message.</summary>
    public MessageFate Fate { get; }

    /// <summary>Number of copies: 0 where the link was down, 2 where the message was duplicated.</summary>
    public int Copies { get; }

    /// <summary>The verdict on a copy.</summary>
    public CopyVerdict this[int copy] => (uint)copy >= (uint)Copies
        ? throw new ArgumentOutOfRangeException(nameof(copy), copy, $"The message has {Copies} copies.")
        : copy == 0 ? first : second;

    internal static SendVerdict Down() => new(MessageFate.LinkDown, 0, default, default);

    internal static SendVerdict Single(CopyVerdict first) => new(MessageFate.Sent, 1, first, default);

    internal static SendVerdict Twice(CopyVerdict first, CopyVerdict second) => new(MessageFate.Sent, 2, first, second);
}

/// <summary>Kinds of control messages; each draws its latency from a sub-stream of its own.</summary>
public enum ControlKind
{
    /// <summary>An acknowledgement of a hop.</summary>
    Ack,

    /// <summary>The word that custody of an activation may end.</summary>
    Release,

    /// <summary>A report to the coordinator.</summary>
    Report,

    /// <summary>A question whether a node lives, or the answer.</summary>
    Heartbeat,
}

/// <summary>What becomes of a control message.</summary>
public enum ControlFate
{
    /// <summary>It arrives.</summary>
    Delivered,

    /// <summary>The link was down when it was sent.</summary>
    LinkDown,

    /// <summary>Lost, which takes <c>network.control: lossy</c>, or <c>network.membership: lossy</c> for what membership sends.</summary>
    Lost,
}

/// <summary>The fate of a control message.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="At">When it arrives; <see cref="Instant.Never"/> where it does not.</param>
public readonly record struct ControlVerdict(ControlFate Fate, Instant At)
{
    /// <summary>Whether it arrives.</summary>
    public bool Delivered => Fate == ControlFate.Delivered;
}
