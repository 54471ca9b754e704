namespace LayerShuffle.Network.Links;

/// <summary>What identifies a message on its link: a draw depends on this and on nothing that was sent before.</summary>
/// <param name="Request">The request.</param>
/// <param name="Layer">The layer it is for; −1 on the return to the coordinator.</param>
/// <param name="Attempt">0 for the first sending of a hop, then the resend's number.</param>
public readonly record struct MessageKey(int Request, int Layer, int Attempt);
