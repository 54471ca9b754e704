using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Core.Links;

/// <summary>What a fault does to some links until it is lifted: a guard, whose disposal lifts it (once; again does nothing).</summary>
public sealed class LinkHold : IDisposable
{
    private readonly LinkInjector injector;

    internal LinkHold(LinkInjector injector, string fault, LinkSet links, LinkPatch? patch, long startOrder)
    {
        this.injector = injector;
        Fault = fault;
        Links = links;
        Patch = patch;
        StartOrder = startOrder;
    }

    /// <summary>The fault's name.</summary>
    public string Fault { get; }

    /// <summary>The links it changes.</summary>
    public LinkSet Links { get; }

    /// <summary>What differs on them; null for a cut.</summary>
    public LinkPatch? Patch { get; }

    /// <summary>How many messages, data and control, were handed to its links while it was in force.</summary>
    public long Messages { get; internal set; }

    /// <summary>Of two patches that name the same key the one with the greater number wins.</summary>
    internal long StartOrder { get; }

    /// <summary>Lifts it.</summary>
    public void Dispose() => injector.Lift(this);
}
