namespace LayerShuffle.Network.Links;

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
