namespace LayerShuffle.Network.Links;

/// <summary>An exception for some directed links. An end is an endpoint's name, or <c>all</c>.</summary>
/// <param name="From">Sending end.</param>
/// <param name="To">Receiving end.</param>
/// <param name="Set">What differs there.</param>
public sealed record LinkException(string From, string To, LinkPatch Set);
