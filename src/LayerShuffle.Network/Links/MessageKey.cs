namespace LayerShuffle.Network.Links;

/// <summary>What identifies a message on its link: a draw depends on this and on nothing that was sent before.</summary>
/// <param name="Request">The request.</param>
/// <param name="Layer">The layer it is for; −1 on the return to the coordinator.</param>
/// <param name="Attempt">0 for the first sending of a hop, then the resend's number.</param>
/// <param name="Branch">The branch of the request, 0 for the first: another branch is a second chance, with luck of its own.</param>
/// <param name="Incarnation">The sender's incarnation, 1 for the first in a trial: what a node sends again after a crash has luck of its own too.</param>
/// <param name="Answered">Of an acknowledgement: the incarnation of the sender whose message it answers.</param>
public readonly record struct MessageKey(int Request, int Layer, int Attempt, ulong Branch = 0, int Incarnation = 1, int Answered = 1);
