namespace LayerShuffle.Network.Links;

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
