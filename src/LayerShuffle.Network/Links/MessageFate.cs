namespace LayerShuffle.Network.Links;

/// <summary>What became of a message when it was handed to its link.</summary>
public enum MessageFate
{
    /// <summary>The link took it; each copy has a fate of its own.</summary>
    Sent,

    /// <summary>The link was down: nothing arrives.</summary>
    LinkDown,
}
