namespace LayerShuffle.Network.Links;

/// <summary>What becomes of one copy of a message on its link.</summary>
public enum CopyFate
{
    /// <summary>It arrives whole.</summary>
    Delivered,

    /// <summary>It never arrives, and takes no bandwidth.</summary>
    Lost,

    /// <summary>It travels and arrives garbled; the receiver discards it.</summary>
    Corrupted,
}
