namespace LayerShuffle.Network.Records;

/// <summary>Takes the rows of a trial while it runs, as soon as nothing can change them any more, so that a trial need not hold them all.</summary>
public interface ITrialRows
{
    /// <summary>A request has its outcome, and all before it have theirs: they come in the order of their numbers.</summary>
    void Add(RequestRecord request);

    /// <summary>A hop attempt of a traced request: they come by request, then in the order of sending.</summary>
    void Add(HopRecord hop);
}
